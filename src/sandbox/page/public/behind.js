// Right: everything a Slack user never sees. The clock of the story on top, a small tour for strangers below it.
import { useEffect, useState } from 'preact/hooks';
import { Directory } from './directory.js';
import { html, useDesk } from './html.js';
import { STEPS } from './story.js';
import { Weather } from './weather.js';
import { ahead, shortDay, timeOf } from './when.js';
import { Wires } from './wires.js';

const HOUR = 3_600_000;

export function Behind({ world, done }) {
  const [chosen, setApp] = useState(null);
  const app = chosen ?? world.directories[0]?.key;
  return html`<aside class="behind" aria-label="Behind the scenes">
    <${Clock} clock=${world.clock} />
    <${Guide} done=${done} directories=${world.directories} look=${setApp} />
    <${Directory} directories=${world.directories} chosen=${app} choose=${setApp} />
    <${Wires} wire=${world.wire} />
    <${Weather} weather=${world.weather} app=${app} bot=${world.bot} socket=${world.hello?.socket === true} />
  </aside>`;
}

function Clock({ clock }) {
  const desk = useDesk();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const now = desk.now();
  const move = (ms) => desk.act('clock', { ms });
  return html`<section class="clock" aria-label="Clock">
    <div><time class="now">${timeOf(now, desk.me.tz)}</time><span class="date">${shortDay(now, desk.me.tz)}
      ${clock?.offset > 0 && html`<span class="ahead">${ahead(clock.offset)} ahead</span>`}</span></div>
    <div class="row"><button type="button" class="button" aria-label="One hour later" onClick=${() => move(HOUR)}>+1 h</button>
      <button type="button" class="button" aria-label="One day later" onClick=${() => move(24 * HOUR)}>+1 day</button></div>
  </section>`;
}

const KEY = 'rolecall-guide';

/** The step one is at; all of them on demand. */
function Guide({ done, directories, look }) {
  const desk = useDesk();
  const [open, setOpen] = useState(() => localStorage.getItem(KEY) !== 'closed');
  const [all, setAll] = useState(false);
  const current = STEPS.find((step) => !done.has(step.id));
  const shown = all ? STEPS : current === undefined ? [] : [current];
  const toggle = () => {
    localStorage.setItem(KEY, open ? 'closed' : 'open');
    setOpen(!open);
  };
  const take = async ({ as, line, clock, app, hand }) => {
    if (app !== undefined) look(app);
    const there = directories.find((each) => each.key === app);
    const group = there?.groups.find((each) => each.name === hand?.group)?.id;
    const account = there?.accounts.find((each) => each.email === hand?.account)?.id;
    if (group !== undefined && account !== undefined)
      await desk.act('console', { do: 'member', app, group, account, present: true });
    if (clock !== undefined) await desk.act('clock', { ms: clock });
    if (as !== undefined) desk.become(as, line);
  };
  return html`<section class="guide" aria-label="Try this">
    <header>
      <button type="button" class="fold" aria-expanded=${open} onClick=${toggle}><span aria-hidden="true">${open ? '▾' : '▸'}</span> Try this</button>
      <span class="progress" role="img" aria-label="${done.size} of ${STEPS.length} done">${STEPS.map((step) => html`<i key=${step.id} class=${done.has(step.id) ? 'done' : step === current ? 'now' : ''}></i>`)}</span>
      ${open && html`<button type="button" class="quiet" aria-pressed=${all} onClick=${() => setAll(!all)}>${all ? 'Fewer' : 'All'}</button>`}
    </header>
    ${
      open &&
      html`<ol>
      ${shown.map(
        (step) => html`<li key=${step.id} class=${done.has(step.id) ? 'done' : ''} value=${STEPS.indexOf(step) + 1}>
        <div><strong>${step.title}</strong><p>${step.text}</p></div>
        ${step.offer !== undefined && !done.has(step.id) && html`<button type="button" class="button" onClick=${() => take(step.offer)}>${step.offer.label}</button>`}
      </li>`,
      )}
      ${current === undefined && !all && html`<li class="done"><div><strong>That was the tour.</strong><p>Now try to break it: wrong people, bad weather, kill -9.</p></div></li>`}
    </ol>`
    }
  </section>`;
}
