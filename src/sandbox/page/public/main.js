// The page: who looks, where, and the three columns. Everything it knows comes from the stream; everything it does is an act.
import { render } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { post } from './acts.js';
import { Behind } from './behind.js';
import { Conversation, Home, LockedOut } from './conversation.js';
import { Desk, html } from './html.js';
import { Confirm, Modal } from './modal.js';
import { Sidebar } from './sidebar.js';
import { Toasts, useToasts } from './toasts.js';
import { useTour } from './tour.js';
import { BotNotice } from './weather.js';
import { useWorld } from './world.js';

/** `#U0BEN/home`: who looks and where, so that a reload changes nothing. */
function fromAddress() {
  const [person = '', place = ''] = location.hash.slice(1).split('/');
  return { person: /^[UW][A-Z0-9]+$/.test(person) ? person : 'U0ADA', place };
}

function Page() {
  const [{ person, place }, setAt] = useState(fromAddress);
  const [drafts, setDrafts] = useState({});
  const [question, setQuestion] = useState(null);
  const [pane, setPane] = useState('chat');
  const world = useWorld(person);
  const { hello, people, clock } = world;
  const me = people.find((each) => each.id === person);
  const screen = world.screen?.person === person ? world.screen : null;
  const done = useTour(world, person);
  const pid = useLatestBot(world.bot);
  const toasts = useToasts(pid);
  useNewRun(hello);

  const go = (to, who = person) => {
    setAt({ person: who, place: to });
    history.replaceState(null, '', `#${who}/${to}`);
    setPane('chat');
  };
  const setDraft = (key) => (text) =>
    setDrafts((before) => ({ ...before, [key]: typeof text === 'function' ? text(before[key] ?? '') : text }));
  const become = (who, line) => {
    const direct = `D${who.slice(1)}`;
    if (line !== undefined) setDraft(direct)(line);
    toasts.clear();
    go(line === undefined && place === 'home' && who !== person ? 'home' : direct, who);
  };

  const quietly = (name, body) => post(name, withPerson(name, person, body));
  const act = async (name, body) => {
    const outcome = await quietly(name, body);
    if (outcome.notice !== undefined && outcome.error !== 'confirm_required') toasts.add(outcome);
    return outcome;
  };
  const click = async ({ place: at, element, blockId, value }) => {
    const press = (confirmed) =>
      act('click', {
        place: at,
        actionId: element.action_id,
        blockId,
        confirmed,
        ...(value === undefined ? {} : { value }),
      });
    const outcome = await press(false);
    if (outcome.error !== 'confirm_required') return;
    const yes = await new Promise((answer) => setQuestion({ dialog: outcome.confirm, answer }));
    setQuestion(null);
    if (yes) await press(true);
  };

  const names = useMemo(() => new Map(people.map((each) => [each.id, each])), [people]);
  if (hello === null || me === undefined || clock === null || world.bot === null)
    return html`<p class="opening">Opening the workspace…</p>`;
  const desk = {
    me,
    people,
    app: hello.app,
    command: hello.command,
    shortcuts: hello.shortcuts,
    channels: hello.channels,
    now: () => clock.now + (performance.now() - clock.received),
    personOf: (id) => names.get(id) ?? { id, realName: id },
    nameOf: (id) => (id === hello.app.user ? hello.app.name : names.get(id)?.realName),
    channelName: (id) => hello.channels.find((each) => each.id === id)?.name,
    groupHandle: (id) => hello.usergroups.find((each) => each.id === id)?.handle,
    act,
    quietly,
    click,
    suggest: (target) => quietly('suggest', target),
    become,
  };
  const conversations = screen?.conversations ?? [];
  const conversation = conversations.find((each) => each.id === place) ?? conversations[0];
  const here = place === 'home' && conversations[0]?.kind === 'im' ? 'home' : (conversation?.id ?? '');
  const view = screen?.views.at(-1);
  return html`<${Desk.Provider} value=${desk}>
    <div class="page" data-pane=${pane}>
      <nav class="panes" aria-label="Parts of the page">
        ${[
          ['people', 'People'],
          ['chat', 'Slack'],
          ['behind', 'Behind the scenes'],
        ].map(
          ([name, label]) =>
            html`<button type="button" key=${name} aria-pressed=${pane === name} onClick=${() => setPane(name)}>${label}</button>`,
        )}
      </nav>
      <${Sidebar} world=${{ ...world, screen }} place=${here} go=${go} />
      <main>
        <${BotNotice} bot=${world.bot} />
        ${!world.connected && html`<div class="notice" role="alert">The page has lost the sandbox and keeps trying. Is it still running?</div>`}
        <${Toasts} toasts=${toasts} held=${view !== undefined || question !== null} />
        ${
          me.kind === 'deactivated'
            ? html`<${LockedOut} />`
            : here === 'home'
              ? html`<${Home} view=${screen?.home ?? null} bot=${world.bot} pid=${pid} />`
              : conversation !== undefined &&
                html`<${Conversation} key=${person} conversation=${conversation} draft=${drafts[conversation.id] ?? ''} setDraft=${setDraft(conversation.id)} />`
        }
      </main>
      <${Behind} world=${world} done=${done} />
    </div>
    ${view !== undefined && html`<${Modal} key=${view.id} view=${view} depth=${screen.views.length} />`}
    ${question !== null && html`<${Confirm} dialog=${question.dialog} answer=${question.answer} />`}
  </${Desk.Provider}>`;
}

/** Acts behind the scenes are nobody's. */
const withPerson = (name, user, body) =>
  ['clock', 'console', 'weather', 'bot'].includes(name) ? body : { user, ...body };

/** The process of the bot that runs, or ran last. */
function useLatestBot(bot) {
  const pid = useRef(0);
  if (bot?.phase === 'running') pid.current = bot.pid;
  return pid.current;
}

/** Another sandbox at the same address has other tokens: the page begins again. */
function useNewRun(hello) {
  const run = useRef(null);
  useEffect(() => {
    if (hello === null) return;
    if (run.current !== null && run.current !== hello.run) location.reload();
    run.current = hello.run;
  }, [hello]);
}

const root = document.getElementById('page');
root.replaceChildren();
render(html`<${Page} />`, root);
