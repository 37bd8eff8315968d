// Right: what went over both wires, newest first. Bodies open on demand.
import { useState } from 'preact/hooks';
import { html, useDesk } from './html.js';
import { secondsOf } from './when.js';

const WIRES = [
  ['', 'Both'],
  ['slack', 'Slack'],
  ['scim', 'SCIM'],
];

export function Wires({ wire }) {
  const [only, setOnly] = useState('');
  const lines = wire.filter((line) => only === '' || line.wire === only).toReversed();
  return html`<section class="panel wires" aria-label="Wires">
    <header><h2>Wires</h2>
      <div class="segments" role="group" aria-label="Which wire">${WIRES.map(([value, label]) => html`<button type="button" key=${value} aria-pressed=${only === value} onClick=${() => setOnly(value)}>${label}</button>`)}</div>
    </header>
    <ol>${lines.map((line) => html`<${Line} key=${line.id} line=${line} />`)}</ol>
  </section>`;
}

function Line({ line }) {
  const desk = useDesk();
  const [open, setOpen] = useState(false);
  return html`<li class=${line.ok ? 'line' : 'line bad'}>
    <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="way ${line.wire}">${line.from}<span aria-label="to"> → </span>${line.to}</span>
        <span class="what">${line.wire === 'scim' && html`<b>${line.method}</b> `}${line.name}${line.note !== '' && html` <i>${line.note}</i>`}</span>
        <span class="status">${line.status === 0 ? '—' : line.status}</span>
        <span class="ms">${line.ms} ms</span>
      </summary>
      ${
        open &&
        html`<div class="bodies">
        <p>${secondsOf(line.at, desk.me.tz)}</p>
        ${line.path !== '' && html`<pre tabindex="0">${line.method} ${line.path}</pre>`}
        <${Body} title="Request" text=${line.request} /><${Body} title="Answer" text=${line.response} />
      </div>`
      }
    </details>
  </li>`;
}

function Body({ title, text }) {
  if (text === '') return null;
  return html`<h3>${title}</h3><pre tabindex="0">${pretty(text)}</pre>`;
}

/** Indented where it is whole JSON, as it is where it was cut. */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
