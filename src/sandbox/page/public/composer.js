// Where a person types: hints for the slash command and for mentions, by mouse or by keyboard; the shortcuts of the workspace beside it.
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html, useDesk } from './html.js';
import { LINES } from './story.js';

/** What could be meant by the text so far: a person where a mention is begun, else a line that begins like it. */
function hintsFor(text, desk) {
  const at = /(?:^|\s)@([\p{L}\d._-]*)$/u.exec(text);
  return at === null ? linesLike(text) : peopleLike(at[1], text, desk);
}

function linesLike(text) {
  if (!text.startsWith('/')) return [];
  const typed = text.trimEnd().toLowerCase();
  const fitting = LINES.filter(({ line }) => line.toLowerCase().startsWith(typed) && line !== text);
  return fitting.map(({ line, says }) => ({ key: line, main: line, side: says, gives: line }));
}

function peopleLike(part, text, desk) {
  const typed = part.toLowerCase();
  return desk.people
    .filter(
      ({ name, realName }) => name !== typed && (name.startsWith(typed) || realName.toLowerCase().includes(typed)),
    )
    .map(({ id, name, realName }) => ({
      key: id,
      main: `@${name}`,
      side: realName,
      gives: `${text.slice(0, text.length - part.length)}${name} `,
    }));
}

export function Composer({ channel, title, draft, setDraft }) {
  const desk = useDesk();
  const [active, setActive] = useState(-1);
  const [hidden, setHidden] = useState(false);
  const area = useRef(null);
  const list = useId();
  const hints = hidden ? [] : hintsFor(draft, desk);

  useEffect(() => {
    const field = area.current;
    if (field === null) return;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 140)}px`;
  }, [draft]);
  // Before the next key can be pressed: whoever takes a suggestion and presses Enter means this field.
  useLayoutEffect(() => {
    if (draft !== '') area.current?.focus();
  }, [draft === '']);

  const change = (text) => {
    setDraft(text);
    setHidden(false);
    setActive(-1);
  };
  const take = (hint) => {
    change(hint.gives);
    setHidden(true);
    area.current?.focus();
  };
  const send = async () => {
    const text = draft.trim();
    if (text === '') return;
    change('');
    const outcome = text.startsWith('/')
      ? await desk.act('command', { channel, line: text })
      : await desk.act('say', { channel, text });
    if (outcome.error !== undefined) setDraft((now) => (now === '' ? text : now));
  };
  const onKeyDown = (event) => {
    const { key } = event;
    if (event.isComposing) return;
    if (hints.length > 0 && (key === 'ArrowDown' || key === 'ArrowUp')) {
      event.preventDefault();
      const step = key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + hints.length) % hints.length);
    } else if (hints.length > 0 && key === 'Escape') {
      event.preventDefault();
      setHidden(true);
    } else if (hints.length > 0 && active >= 0 && (key === 'Enter' || key === 'Tab')) {
      event.preventDefault();
      take(hints[active]);
    } else if (key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  };
  return html`<form class="composer" onSubmit=${(event) => {
    event.preventDefault();
    void send();
  }}>
    ${
      hints.length > 0 &&
      html`<ul class="hints" role="listbox" id=${list} aria-label="Suggestions">
      ${hints.map(
        (
          hint,
          index,
        ) => html`<li key=${hint.key} role="option" id=${`${list}-${index}`} aria-selected=${index === active}
        onPointerDown=${(event) => event.preventDefault()} onClick=${() => take(hint)}>
        <code>${hint.main}</code><span>${hint.side}</span>
      </li>`,
      )}
    </ul>`
    }
    <textarea ref=${area} rows="1" maxlength="4000" aria-label=${`Message to ${title}`} placeholder=${`Message ${title}, or type / for a command`}
      role="combobox" aria-expanded=${hints.length > 0} aria-controls=${list} aria-autocomplete="list"
      aria-activedescendant=${hints.length > 0 && active >= 0 ? `${list}-${active}` : undefined}
      value=${draft} onInput=${(event) => change(event.target.value)} onKeyDown=${onKeyDown}></textarea>
    <div class="bar">
      ${desk.shortcuts
        .filter((each) => each.type === 'global')
        .map(
          (
            each,
          ) => html`<button type="button" class="quiet" onClick=${() => desk.act('shortcut', { callbackId: each.callback_id })}>
        <span aria-hidden="true">⚡</span> ${each.name}
      </button>`,
        )}
      <button type="button" class="quiet" onClick=${() => {
        change(`${desk.command} `);
        area.current?.focus();
      }}><code>${desk.command}</code></button>
      <span class="space"></span>
      <span class="keys">Enter sends</span>
      <button type="submit" class="button primary" disabled=${draft.trim() === ''}>Send</button>
    </div>
  </form>`;
}
