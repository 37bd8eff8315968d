// Slack's mrkdwn as nodes: quotes, lists of lines, bold, italics, strikes, code, and the <…> tokens. Whatever is not understood stays text.
import { html } from './html.js';
import { dateToken } from './when.js';

const EMOJI = {
  warning: '⚠️',
  white_check_mark: '✅',
  x: '❌',
  no_entry: '⛔',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  bell: '🔔',
  wave: '👋',
  tada: '🎉',
  lock: '🔒',
  unlock: '🔓',
  key: '🔑',
  eyes: '👀',
  memo: '📝',
  clock3: '🕒',
  rotating_light: '🚨',
  information_source: 'ℹ️',
  heavy_check_mark: '✔️',
  bulb: '💡',
  point_right: '👉',
  thumbsup: '👍',
  '+1': '👍',
  '-1': '👎',
};

const decode = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const withEmoji = (text) =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => (Object.hasOwn(EMOJI, name) ? EMOJI[name] : whole));

/** A plain_text object. */
export const plain = (object) =>
  object === undefined || object === null ? '' : object.emoji === false ? object.text : withEmoji(object.text);

/** Any text object, drawn. */
export function Text({ object, desk }) {
  if (object === undefined || object === null) return null;
  return object.type === 'mrkdwn' ? mrkdwn(object.text, desk) : plain(object);
}

/** @param {string} text mrkdwn  @param desk who reads it, who is who, what time it is */
export function mrkdwn(text, desk) {
  return text.split('```').flatMap((part, index) => {
    if (index % 2 === 1) return [html`<pre><code>${decode(part.replace(/^\n/, ''))}</code></pre>`];
    return part === '' ? [] : paragraphs(part, desk);
  });
}

/** Lines that begin with > stand together in one quotation. */
function paragraphs(text, desk) {
  const groups = [];
  for (const line of text.split('\n')) {
    const quoted = /^(?:>|&gt;)\s?/.exec(line);
    const last = groups.at(-1);
    const words = quoted === null ? line : line.slice(quoted[0].length);
    if (last !== undefined && last.quote === (quoted !== null)) last.lines.push(words);
    else groups.push({ quote: quoted !== null, lines: [words] });
  }
  return groups.map(({ quote, lines }) => {
    const nodes = lines.flatMap((line, index) =>
      index === 0 ? inline(line, desk) : [html`<br />`, ...inline(line, desk)],
    );
    return quote ? html`<blockquote>${nodes}</blockquote>` : html`<span class="lines">${nodes}</span>`;
  });
}

const STYLES = { '*': 'strong', _: 'em', '~': 's' };

/** Tokens and code are taken out first, so that nothing inside them is styled; private characters hold their places. */
function inline(line, desk) {
  const held = [];
  const hold = (node) => `\uE000${held.push(node) - 1}\uE001`;
  const bare = line
    .replace(/[\uE000\uE001]/g, '')
    .replace(/`([^`]+)`/g, (_, code) => hold(html`<code>${decode(code)}</code>`))
    .replace(/<([^<>]+)>/g, (whole, inside) => {
      const node = token(inside, desk);
      return node === undefined ? whole : hold(node);
    });
  return styled(bare, held);
}

function styled(text, held) {
  const match = /(?<![\p{L}\p{N}])([*_~])(?=\S)(.*?\S)\1(?![\p{L}\p{N}])/u.exec(text);
  if (match === null) return released(text, held);
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  const Tag = STYLES[match[1]];
  return [...released(before, held), html`<${Tag}>${styled(match[2], held)}</${Tag}>`, ...styled(after, held)];
}

function released(text, held) {
  return text
    .split(/\uE000(\d+)\uE001/)
    .map((part, index) => (index % 2 === 1 ? held[Number(part)] : withEmoji(decode(part))))
    .filter((part) => part !== '');
}

function token(inside, desk) {
  const [head, label] = inside.split(/\|(.*)/s);
  const user = /^@([UW][A-Z0-9]+)$/.exec(head);
  if (user !== null) {
    const name = desk.nameOf(user[1]) ?? label ?? user[1];
    return html`<span class=${user[1] === desk.me.id ? 'mention me' : 'mention'}>@${name}</span>`;
  }
  const channel = /^#(C[A-Z0-9]+)$/.exec(head);
  if (channel !== null)
    return html`<span class="mention">#${desk.channelName(channel[1]) ?? label ?? channel[1]}</span>`;
  const group = /^!subteam\^(S[A-Z0-9]+)$/.exec(head);
  if (group !== null) return html`<span class="mention">@${desk.groupHandle(group[1]) ?? label ?? group[1]}</span>`;
  const date = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(head);
  if (date !== null) {
    const ms = Number(date[1]) * 1000;
    return html`<time dateTime=${new Date(ms).toISOString()} title=${label}>${dateToken(ms, date[2], desk.now(), desk.me.tz)}</time>`;
  }
  if (/^!(here|channel|everyone)$/.test(head)) return html`<span class="mention">@${head.slice(1)}</span>`;
  return link(decode(head), label === undefined ? undefined : decode(label));
}

function link(address, label) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined;
  return html`<a href=${url.href} target="_blank" rel="noopener noreferrer">${label ?? address.replace(/^mailto:/, '')}</a>`;
}
