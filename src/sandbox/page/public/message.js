// One message as its reader sees it, with what can be done to it. Drawn again only when it has changed.
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Blocks } from './blocks.js';
import { html, useDesk } from './html.js';
import { mrkdwn } from './mrkdwn.js';
import { Avatar } from './sidebar.js';
import { dayOf, timeOf } from './when.js';

/** Lets something glow once when its state is another than at first. */
export function useGlow(state) {
  const ref = useRef(null);
  const before = useRef(state);
  useEffect(() => {
    if (before.current === state) return;
    before.current = state;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    ref.current?.animate([{ backgroundColor: 'var(--glow)' }, { backgroundColor: 'transparent' }], {
      duration: 2600,
      easing: 'ease-out',
    });
  }, [state]);
  return ref;
}

export function Message({ message, compact }) {
  const desk = useDesk();
  const ref = useGlow(message.rev);
  const mine = message.user === desk.app.user;
  const author = mine ? { id: message.user, realName: desk.app.name } : desk.personOf(message.user);
  const today = dayOf(desk.now(), desk.me.tz);
  const body = useMemo(
    () =>
      message.blocks.length > 0
        ? html`<${Blocks} blocks=${message.blocks} place=${{ channel: message.channel, ts: message.ts }} />`
        : html`<div class="block text">${mrkdwn(message.text, desk)}</div>`,
    [message.rev, message.ts, today, desk.me.id],
  );
  const shortcuts = message.ephemeral ? [] : desk.shortcuts.filter((each) => each.type === 'message');
  return html`<article ref=${ref} class=${`message${message.ephemeral ? ' ephemeral' : ''}${compact ? ' compact' : ''}`} aria-label=${`${author.realName}, ${timeOf(message.at, desk.me.tz)}`}>
    <div class="face">${mine ? html`<img class="avatar large" src="/mark.svg" alt="" />` : html`<${Avatar} person=${author} size="large" />`}</div>
    <div class="content">
      <header>
        <strong>${author.realName}</strong>
        ${mine && html`<span class="tag">app</span>`}
        <time dateTime=${new Date(message.at).toISOString()}>${timeOf(message.at, desk.me.tz)}</time>
        ${message.edited && html`<span class="edited">updated</span>`}
        ${message.ephemeral && html`<span class="edited">Only visible to you</span>`}
      </header>
      <div class=${mine ? 'card' : 'said'}>${body}</div>
    </div>
    ${
      shortcuts.length > 0 &&
      html`<div class="tools">
      ${shortcuts.map((each) => html`<button type="button" onClick=${() => desk.act('message-shortcut', { callbackId: each.callback_id, channel: message.channel, ts: message.ts })}>${each.name}</button>`)}
    </div>`
    }
  </article>`;
}
