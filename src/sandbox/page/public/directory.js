// Right: every app as its own console would show it, one tab each. Rows glow when they have changed; opened, they can be changed by hand,
// past Rolecall, as somebody in that console would.
import { useId, useRef, useState } from 'preact/hooks';
import { html, useDesk } from './html.js';
import { useGlow } from './message.js';
import { timeOf } from './when.js';

/** @param props `chosen` the key of the app looked at, `choose` another one */
export function Directory({ directories, chosen, choose }) {
  const panel = useId();
  const stale = useStale(directories, chosen);
  const shown = directories.find((each) => each.key === chosen) ?? directories[0];
  if (shown === undefined) return null;
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = directories.indexOf(shown) + step + directories.length;
    choose(directories[at % directories.length].key);
    event.currentTarget.querySelectorAll('button')[at % directories.length].focus();
  };
  return html`<section class="panel directory" aria-label="Directory">
    <header><h2>Directory</h2>
      ${
        directories.length > 1 &&
        html`<div class="segments" role="tablist" aria-label="App" onKeyDown=${onKeyDown}>
        ${directories.map(
          ({ key, title }) =>
            html`<button type="button" role="tab" key=${key} aria-selected=${key === shown.key} aria-controls=${panel} tabindex=${key === shown.key ? 0 : -1}
              onClick=${() => choose(key)}>${title}${stale.has(key) && html`<i class="dot" role="img" aria-label="changed"></i>`}</button>`,
        )}
      </div>`
      }
    </header>
    <div id=${panel} role="tabpanel" aria-label=${shown.title}><${App} key=${shown.key} app=${shown} /></div>
  </section>`;
}

/** Apps that have changed since they were looked at. */
function useStale(directories, chosen) {
  const seen = useRef(new Map());
  for (const { key, ...state } of directories) {
    const now = JSON.stringify(state);
    if (key === chosen || !seen.current.has(key)) seen.current.set(key, now);
  }
  return new Set(
    directories.filter(({ key, ...state }) => seen.current.get(key) !== JSON.stringify(state)).map(({ key }) => key),
  );
}

function App({ app }) {
  const desk = useDesk();
  const { accounts, groups, waiting, until } = app;
  const active = accounts.filter((account) => account.active).length;
  return html`<p class="count"><span>${active} active of ${accounts.length}</span>
      ${waiting === 0 && html`<span>open a row to change it by hand</span>`}
      ${waiting > 0 && html`<span class="held">${waiting} ${waiting === 1 ? 'change' : 'changes'} to be seen at ${timeOf(until, desk.me.tz)}</span>`}</p>
    <ul class="accounts" aria-label="Accounts">${accounts.map((account) => html`<${Account} key=${account.id} app=${app} account=${account} />`)}</ul>
    <ul class="groups" aria-label="Groups">${groups.map((group) => html`<${Group} key=${group.id} app=${app.key} group=${group} />`)}
      <${NewGroup} app=${app.key} /></ul>`;
}

/** A row that opens; what is in it is drawn only then. */
function Row({ glow, name, summary, children }) {
  const [open, setOpen] = useState(false);
  const ref = useGlow(glow);
  return html`<li ref=${ref} class=${name}><details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${summary}</summary>
    ${open && html`<div class="byhand">${children}</div>`}
  </details></li>`;
}

function Account({ app, account }) {
  const desk = useDesk();
  const { id, name, email, active, roles } = account;
  const change = (what) => desk.act('console', { app: app.key, account: id, ...what });
  const summary = html`<span class="holder">${name}</span><span class="email">${email}</span>
    <span class="roles">
      ${!active && html`<span class="role inactive">inactive</span>`}
      ${roles.map((role) => html`<span key=${role.group} class=${`role ${role.name.toLowerCase()}`}>${role.name}</span>`)}
    </span>`;
  return html`<${Row} name=${active ? 'account' : 'account off'} glow=${`${active} ${roles.map((role) => role.name).join()} ${name}`} summary=${summary}>
    ${app.groups.map((group) => {
      const present = roles.some((role) => role.group === group.id);
      return html`<label class="switch" key=${group.id}><input type="checkbox" checked=${present}
        onChange=${(event) => change({ do: 'member', group: group.id, present: event.target.checked })} /> ${group.name}</label>`;
    })}
    <button type="button" class="button" onClick=${() => change({ do: 'active', active: !active })}>${active ? 'Deactivate' : 'Activate'}</button>
    <p class="hint">Done by hand in ${app.title}, past ${desk.app.name}: it finds out at its next look.</p>
  </${Row}>`;
}

function Group({ app, group }) {
  const desk = useDesk();
  const { id, name, members, ghosts } = group;
  const summary = html`<span class="holder">${name}</span>
    <span class="email">${members} ${members === 1 ? 'member' : 'members'}${ghosts > 0 && `, ${ghosts} of them nobody’s`}</span>`;
  return html`<${Row} name="group" glow=${`${name} ${members}`} summary=${summary}>
    <${NameForm} key=${name} label="Name" value=${name} action="Rename" onName=${(text) => desk.act('console', { do: 'rename', app, group: id, name: text })} />
    <button type="button" class="button danger" onClick=${() => desk.act('console', { do: 'remove', app, group: id })}>Delete the group</button>
  </${Row}>`;
}

function NewGroup({ app }) {
  const desk = useDesk();
  return html`<${Row} name="group new" glow="" summary=${html`<span class="quietly">New group…</span>`}>
    <${NameForm} label="Name of the new group" value="" action="Make it" onName=${(text) => desk.act('console', { do: 'add', app, name: text })} />
  </${Row}>`;
}

/** `key` is the value: another name is another form, and nothing is put into a field somebody types in. */
function NameForm({ label, value, action, onName }) {
  const [text, setText] = useState(value);
  const send = async (event) => {
    event.preventDefault();
    const name = text.trim();
    if (name === '' || name === value) return;
    const { error } = await onName(name);
    if (error === undefined && value === '') setText('');
  };
  return html`<form class="row" onSubmit=${send}>
    <input type="text" maxlength="100" aria-label=${label} value=${text} onInput=${(event) => setText(event.target.value)} />
    <button type="submit" class="button" disabled=${text.trim() === '' || text.trim() === value}>${action}</button>
  </form>`;
}
