// Right: what can be made to go wrong, by its title; and the bot itself, which can be killed and started again.
import { useState } from 'preact/hooks';
import { html, useDesk } from './html.js';

/** @param props `app` the one that is looked at: its weather is changed unless another is chosen */
export function Weather({ weather, bot, socket, app: looked }) {
  const desk = useDesk();
  const [name, setName] = useState('unavailable');
  const [app, setApp] = useState(null);
  if (weather === null) return null;
  const { apps, dialects } = weather;
  const struck = app ?? looked;
  const speaks = apps.find(({ key }) => key === struck)?.dialect;
  const add = (how) => desk.act('weather', { do: 'add', app: struck, name, how });
  const chosen = weather.choices.find((choice) => choice.name === name);
  const calm = weather.active.length === 0;
  return html`<details class="panel weather" onToggle=${(event) => event.currentTarget.scrollIntoView({ block: 'nearest' })}>
    <summary><h2>Weather</h2><span class=${calm ? 'quietly' : 'stormy'}>${calm ? (weather.rateLimits ? 'calm' : 'calm, Slack without rate limits') : `${weather.active.length} in force`}</span></summary>
    <div class="inside">
      ${
        apps.length > 1 &&
        html`<label for="struck">App</label>
      <select id="struck" value=${struck} onChange=${(event) => setApp(event.target.value)}>
        ${apps.map(({ key, title }) => html`<option key=${key} value=${key} selected=${key === struck}>${title}</option>`)}
      </select>`
      }
      <label for="fault">What goes wrong</label>
      <select id="fault" value=${name} onChange=${(event) => setName(event.target.value)}>
        ${weather.choices.map((choice) => html`<option key=${choice.name} value=${choice.name} selected=${choice.name === name}>${choice.title}</option>`)}
      </select>
      <p class="hint">Strikes ${chosen?.on}.</p>
      <div class="row"><button type="button" class="button" onClick=${() => add('once')}>Once</button><button type="button" class="button" onClick=${() => add('always')}>Until cleared</button>
        <button type="button" class="quiet" disabled=${calm} onClick=${() => desk.act('weather', { do: 'clear' })}>Clear all</button></div>
      ${!calm && html`<ul class="active">${weather.active.map((entry) => html`<li key=${entry.id}>${apps.length > 1 && `${entry.app}: `}${entry.title} <em>${entry.once ? 'once' : 'until cleared'}, ${entry.on}</em></li>`)}</ul>`}
      <label for="dialect">How it speaks SCIM</label>
      <select id="dialect" value=${speaks} onChange=${(event) => desk.act('weather', { do: 'speak', app: struck, dialect: event.target.value })}>
        ${dialects.map((each) => html`<option key=${each.name} value=${each.name} selected=${each.name === speaks}>${each.title}</option>`)}
      </select>
      <label class="switch"><input type="checkbox" checked=${weather.rateLimits} onChange=${(event) => desk.act('weather', { do: 'rate-limits', on: event.target.checked })} /> Slack’s rate limits</label>
      <h3>The bot</h3>
      <div class="row">
        <button type="button" class="button" disabled=${bot?.phase !== 'running'} onClick=${() => desk.act('bot', { do: 'restart' })}>kill -9, start again</button>
        <button type="button" class="button" disabled=${bot?.phase !== 'running'} onClick=${() => desk.act('bot', { do: 'kill' })}>kill -9</button>
        ${socket && html`<button type="button" class="button" onClick=${() => desk.act('weather', { do: 'cut-sockets' })}>Cut the socket</button>`}
      </div>
      <p class="hint">${bot?.phase === 'running' ? `Running as process ${bot.pid}. What it has promised survives it.` : bot?.phase === 'starting' ? 'Starting…' : 'Not running.'}</p>
    </div>
  </details>`;
}

/** Nobody stops by themselves through a signal: somebody, or the system, has sent it. */
function endOf({ asked, how, ready }) {
  const signal = typeof how === 'string';
  const what = asked ? 'was killed' : signal ? 'was stopped' : 'has stopped by itself';
  return `The bot ${what} (${signal ? how : `exit ${how}`})${ready ? '' : ' before it was ready'}`;
}

/** Above everything while the bot is not there. */
export function BotNotice({ bot }) {
  const desk = useDesk();
  if (bot === null || bot.phase === 'running') return null;
  if (bot.phase === 'starting') return html`<div class="notice calm" role="status">The bot is starting…</div>`;
  return html`<div class="notice" role="alert">
    <div><strong>${endOf(bot)}.</strong> Slack cannot reach it.
      ${!bot.asked && bot.words !== '' && html`<details><summary>Its last words</summary><pre>${bot.words}</pre></details>`}</div>
    <button type="button" class="button primary" onClick=${() => desk.act('bot', { do: 'start' })}>Start again</button>
  </div>`;
}
