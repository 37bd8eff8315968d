// Left: who you are, and where that person can go. Counters say who has something to look at.
import { html, useDesk } from './html.js';

const KINDS = { guest: 'Guest', 'single-channel-guest': 'Guest', external: 'External', deactivated: 'Left' };

export const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();

/** A colour of one's own, the same on every page. */
export const hueOf = (id) => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

export function Avatar({ person, size }) {
  return html`<span class="avatar ${size ?? ''}" style=${{ '--hue': hueOf(person.id) }} aria-hidden="true">${initials(person.realName)}</span>`;
}

function Badge({ fresh, changed }) {
  if (fresh > 0) return html`<span class="badge" aria-label="${fresh} unread">${fresh}</span>`;
  return changed > 0 ? html`<span class="dot" role="img" aria-label="updated"></span>` : null;
}

export function Sidebar({ world, place, go }) {
  const desk = useDesk();
  const { screen } = world;
  return html`<nav class="sidebar" aria-label="Workspace">
    <div class="brand"><img src="/mark.svg" alt="" width="26" height="26" /><div><strong>Example Ltd</strong><span>Rolecall sandbox</span></div></div>
    <h2 id="who">You are</h2>
    <ul class="people" aria-labelledby="who">
      ${world.people.map(
        (person) => html`<li key=${person.id}>
        <button type="button" class="person" aria-current=${person.id === desk.me.id ? 'true' : undefined} title=${person.title} onClick=${() => desk.become(person.id)}>
          <${Avatar} person=${person} />
          <span class="who"><span class="name">${person.realName}${KINDS[person.kind] && html` <em>${KINDS[person.kind]}</em>`}</span><span class="title">${person.title}</span></span>
          <${Badge} fresh=${person.fresh} changed=${person.changed} />
        </button>
      </li>`,
      )}
    </ul>
    ${desk.me.kind !== 'deactivated' && html`<h2 id="where">Conversations</h2>`}
    <ul class="places" aria-labelledby="where">
      ${(desk.me.kind === 'deactivated' ? [] : (screen?.conversations ?? [])).flatMap((conversation) => {
        const im = conversation.kind === 'im';
        const at = html`<li key=${conversation.id}>
          <button type="button" class="place" aria-current=${place === conversation.id ? 'page' : undefined} onClick=${() => go(conversation.id)}>
            ${im ? html`<img src="/mark.svg" alt="" width="18" height="18" />` : html`<span class="hash" aria-hidden="true">#</span>`}
            <span class="name">${im ? desk.app.name : conversation.name}</span>
            <${Badge} fresh=${conversation.fresh} changed=${conversation.changed} />
          </button>
        </li>`;
        const home = html`<li key="home">
          <button type="button" class="place" aria-current=${place === 'home' ? 'page' : undefined} onClick=${() => go('home')}>
            <span class="hash" aria-hidden="true">⌂</span><span class="name">App Home</span>
          </button>
        </li>`;
        return im ? [at, home] : [at];
      })}
    </ul>
  </nav>`;
}
