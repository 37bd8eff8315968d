// Right: the accounts as the app's own console would list them. A row glows when it has changed.
import { html } from './html.js';
import { useGlow } from './message.js';

export function Directory({ directory }) {
  const accounts = directory?.accounts ?? [];
  const active = accounts.filter((account) => account.active).length;
  return html`<section class="panel directory" aria-label="Directory">
    <header><h2>Directory</h2><span class="quietly">${active} active of ${accounts.length}${directory?.waiting > 0 ? `, ${directory.waiting} not visible yet` : ''}</span></header>
    <ul>${accounts.map((account) => html`<${Account} key=${account.id} account=${account} />`)}</ul>
  </section>`;
}

function Account({ account }) {
  const ref = useGlow(`${account.active} ${account.roles.join()} ${account.name}`);
  return html`<li ref=${ref} class=${account.active ? 'account' : 'account off'}>
    <span class="holder">${account.name}</span><span class="email">${account.email}</span>
    <span class="roles">
      ${!account.active && html`<span class="role inactive">inactive</span>`}
      ${account.roles.map((role) => html`<span key=${role} class=${`role ${role.toLowerCase()}`}>${role}</span>`)}
    </span>
  </li>`;
}
