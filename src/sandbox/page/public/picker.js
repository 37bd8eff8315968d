// A select whose options the app looks up as one types: a combobox after the ARIA pattern. Knows how to ask, not what is found.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { html } from './html.js';
import { plain } from './mrkdwn.js';

/** Pause in typing after which the app is asked, ms. */
const PAUSE = 140;

export function Picker({ element, selected, common, onPick, onSearch }) {
  const [picked, setPicked] = useState(null);
  const [query, setQuery] = useState(null);
  const [found, setFound] = useState({ state: 'idle', options: [] });
  const [active, setActive] = useState(0);
  const turn = useRef(0);
  const list = useId();
  const shown = picked ?? selected;
  const open = query !== null;
  const least = element.min_query_length ?? 3;

  useEffect(() => {
    if (query === null) return undefined;
    if (query.length < least) {
      setFound({ state: 'short', options: [] });
      return undefined;
    }
    turn.current += 1;
    const mine = turn.current;
    setFound((before) => ({ ...before, state: 'looking' }));
    const search = async () => {
      const { options, notice } = await onSearch(query);
      if (mine !== turn.current) return;
      setFound({ state: notice === undefined ? 'found' : 'failed', options: options ?? [] });
      setActive(0);
    };
    const timer = setTimeout(() => void search(), query === '' ? 0 : PAUSE);
    return () => clearTimeout(timer);
  }, [query]);

  const close = () => {
    turn.current += 1;
    setQuery(null);
  };
  const pick = (option) => {
    if (option === undefined) return;
    setPicked(option);
    onPick(option.value);
    close();
  };
  const keys = {
    ArrowDown: () => (open ? setActive(Math.min(active + 1, found.options.length - 1)) : setQuery('')),
    ArrowUp: () => setActive(Math.max(active - 1, 0)),
    Enter: () => pick(found.options[active]),
    Escape: close,
  };
  const onKeyDown = (event) => {
    if (!Object.hasOwn(keys, event.key) || (!open && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    keys[event.key]();
  };
  const words = {
    looking: 'Looking…',
    failed: 'The app did not answer. Type to try again.',
    short: `Type at least ${least} characters.`,
    found: found.options.length === 0 ? 'Nobody found.' : '',
    idle: '',
  }[found.state];
  return html`<div class="picker">
    <input ...${common} type="text" role="combobox" aria-expanded=${open} aria-controls=${list} aria-autocomplete="list" autocomplete="off"
      aria-activedescendant=${open && found.options.length > 0 ? `${list}-${active}` : undefined}
      placeholder=${shown === null || shown === undefined ? plain(element.placeholder) : plain(shown.text)}
      value=${open ? query : plain(shown?.text)}
      onFocus=${(event) => event.target.select()} onClick=${() => open || setQuery('')} onBlur=${close}
      onInput=${(event) => setQuery(event.target.value)} onKeyDown=${onKeyDown} />
    ${
      open &&
      html`<div class="options">
      <ul role="listbox" id=${list} aria-label="Found">
        ${found.options.map(
          (
            option,
            index,
          ) => html`<li key=${option.value} role="option" id=${`${list}-${index}`} aria-selected=${index === active}
          onPointerDown=${(event) => event.preventDefault()} onClick=${() => pick(option)}>
          ${plain(option.text)}${option.description === undefined ? null : html`<small>${plain(option.description)}</small>`}
        </li>`,
        )}
      </ul>
      ${words !== '' && html`<p role="status">${words}</p>`}
    </div>`
    }
  </div>`;
}
