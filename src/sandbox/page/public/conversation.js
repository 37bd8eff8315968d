// Middle: one conversation or the App Home, as the chosen person sees it.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Blocks } from './blocks.js';
import { Composer } from './composer.js';
import { html, useDesk } from './html.js';
import { Message } from './message.js';
import { LINES } from './story.js';
import { dayOf, longDay, nearDay } from './when.js';

const GROUPED = 5 * 60_000;

export function Conversation({ conversation, draft, setDraft }) {
  const desk = useDesk();
  const log = useRef(null);
  const atEnd = useRef(true);
  const im = conversation.kind === 'im';
  const title = im ? desk.app.name : `#${conversation.name}`;
  const { messages, fresh, changed } = conversation;

  useLayoutEffect(() => {
    atEnd.current = true;
  }, [conversation.id]);
  useLayoutEffect(() => {
    const element = log.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  });
  useEffect(() => {
    if (fresh + changed > 0 && document.visibilityState === 'visible')
      void desk.quietly('read', { channel: conversation.id });
  }, [conversation.id, fresh, changed, messages.length]);

  return html`<section class="conversation" aria-label=${title}>
    <header class="top">
      ${im ? html`<img src="/mark.svg" alt="" width="24" height="24" />` : null}
      <h1>${title}</h1>
      <p>${im ? desk.app.description : others(conversation, desk)}</p>
    </header>
    <div class="log" role="log" aria-label="Messages" tabindex="0" ref=${log} onScroll=${({
      currentTarget: element,
    }) => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    }}>
      ${im && messages.length === 0 && html`<${Welcome} take=${setDraft} />`}
      ${messages.flatMap((message, index) => {
        const before = messages[index - 1];
        const day = dayOf(message.at, desk.me.tz);
        const newDay = before === undefined || dayOf(before.at, desk.me.tz) !== day;
        const compact =
          !newDay &&
          before.user === message.user &&
          message.at - before.at < GROUPED &&
          before.ephemeral === message.ephemeral;
        const item = html`<${Message} key=${message.ts} message=${message} compact=${compact} />`;
        const near = nearDay(message.at, desk.now(), desk.me.tz);
        return newDay
          ? [
              html`<div class="day" key=${`day ${day}`}><span>${near ?? longDay(message.at, desk.me.tz)}</span></div>`,
              item,
            ]
          : [item];
      })}
    </div>
    <${Composer} channel=${conversation.id} title=${title} draft=${draft} setDraft=${setDraft} />
  </section>`;
}

const others = (conversation, desk) =>
  conversation.members.map((id) => desk.nameOf(id)?.split(' ')[0] ?? id).join(', ');

/** Where nothing was said yet, something to begin with. */
function Welcome({ take }) {
  const desk = useDesk();
  return html`<div class="welcome">
    <img src="/mark.svg" alt="" width="44" height="44" />
    <h2>Ask ${desk.app.name} for access</h2>
    <p>Nothing was said yet. Take one of these, look at it, and press Enter.</p>
    <ul>${LINES.slice(0, 4).map(({ line, says }) => html`<li key=${line}><button type="button" onClick=${() => take(line)}><span>${says}</span><code>${line}</code></button></li>`)}</ul>
  </div>`;
}

/** @param props `pid` the bot that runs now or ran last: a new one is asked again, for it has missed that App Home was opened */
export function Home({ view, bot, pid }) {
  const desk = useDesk();
  useEffect(() => {
    void desk.act('home', {});
  }, [desk.me.id, pid]);
  return html`<section class="conversation" aria-label="App Home">
    <header class="top"><img src="/mark.svg" alt="" width="24" height="24" /><h1>App Home</h1><p>What ${desk.app.name} shows ${desk.me.realName.split(' ')[0]}</p></header>
    <div class="log home" tabindex="0" role="region" aria-label="Home">
      ${
        view === null
          ? html`<p class="loading" role="status">${bot.phase === 'stopped' ? 'Nothing was shown here yet, and the bot is not running.' : 'One moment…'}</p>`
          : html`<div class="sheet"><${Blocks} blocks=${view.blocks} place=${{ viewId: view.id }} values=${view.values} /></div>`
      }
    </div>
  </section>`;
}

/** Somebody Slack does not let in any more. */
export function LockedOut() {
  const desk = useDesk();
  return html`<section class="conversation" aria-label="Locked out">
    <div class="locked"><h1>${desk.me.realName} cannot open Slack</h1><p>${desk.me.title}</p><p>Be somebody else, and see what can still be done about the account.</p></div>
  </section>`;
}
