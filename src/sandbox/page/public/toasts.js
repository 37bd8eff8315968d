// What went wrong, in words, over the title of the conversation. Each goes away by itself once it could be read.
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { html } from './html.js';

/** More would reach down to the buttons of a first message. */
const MOST = 2;
/** Time to notice it, and to read it: slow readers need about this long for a character. ms */
const NOTICING = 5_000;
const READING = 60;

/** Outcomes that say only that the bot was not there. */
const UNREACHED = ['dispatch_failed', 'operation_timeout'];

/** @param pid the bot that runs now, or ran last */
export function useToasts(pid) {
  const [all, setAll] = useState([]);
  const keep = (which) => setAll((before) => before.filter(which));
  // That one bot could not be reached is no news any more when the next one is there.
  useEffect(() => keep((toast) => !toast.unreached), [pid]);
  return {
    all,
    clear: () => setAll([]),
    /** Says what came of an act; the same words a second time take the place of the first. */
    add({ notice, error }) {
      const toast = { id: crypto.randomUUID(), text: notice, unreached: UNREACHED.includes(error) };
      setAll((before) => [...before.filter(({ text }) => text !== notice), toast].slice(-MOST));
    },
    dismiss: (id) => keep((toast) => toast.id !== id),
  };
}

/** @param props `held`: something lies over the page, and nobody can read what is below it */
export function Toasts({ toasts, held }) {
  return html`<div class="toasts">
    ${toasts.all.map(({ id, text }) => html`<${Toast} key=${id} text=${text} held=${held} dismiss=${() => toasts.dismiss(id)} />`)}
  </div>`;
}

function Toast({ text, held, dismiss }) {
  const [under, setUnder] = useState(false);
  const [focused, setFocused] = useState(false);
  const stays = held || under || focused;
  // Before the next frame: whoever has just reached it must not see it go.
  useLayoutEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(() => dismiss(), NOTICING + READING * text.length);
    return () => clearTimeout(timer);
  }, [stays]);
  return html`<div class="toast" role="alert" onPointerEnter=${() => setUnder(true)} onPointerLeave=${() => setUnder(false)}
    onFocusIn=${() => setFocused(true)} onFocusOut=${() => setFocused(false)}>
    <span>${text}</span><button type="button" class="quiet" aria-label="Dismiss" onClick=${dismiss}>✕</button>
  </div>`;
}
