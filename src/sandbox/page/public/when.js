// Times as the person who looks reads them: their zone, 24 hours, "today" by the story's clock.

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
    formats.set(key, made);
  }
  return made;
}

export const timeOf = (ms, zone) => format(zone, { hour: '2-digit', minute: '2-digit' }).format(ms);
export const secondsOf = (ms, zone) =>
  format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);
export const dayOf = (ms, zone) => format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
export const longDay = (ms, zone) => format(zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(ms);
export const shortDay = (ms, zone) => format(zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(ms);

const DAY = 86_400_000;

/** "today", "yesterday", "tomorrow", or undefined. */
export function nearDay(ms, now, zone) {
  const day = dayOf(ms, zone);
  if (day === dayOf(now, zone)) return 'today';
  if (day === dayOf(now - DAY, zone)) return 'yesterday';
  if (day === dayOf(now + DAY, zone)) return 'tomorrow';
  return undefined;
}

/** Slack's date tokens (docs.slack.dev, "Formatting message text"). */
export function dateToken(ms, pattern, now, zone) {
  const pretty = (text) => nearDay(ms, now, zone) ?? text;
  const num = () =>
    format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms).split('/').reverse().join('-');
  const short = () => format(zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(ms);
  const plain = () => format(zone, { day: 'numeric', month: 'long', year: 'numeric' }).format(ms);
  const long = () => format(zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(ms);
  const parts = {
    date_num: num,
    date: plain,
    date_slash: () => dayOf(ms, zone),
    date_short: short,
    date_long: long,
    date_pretty: () => pretty(plain()),
    date_short_pretty: () => pretty(short()),
    date_long_pretty: () => pretty(long()),
    day_divider_pretty: () => pretty(long()),
    time: () => timeOf(ms, zone),
    time_secs: () => secondsOf(ms, zone),
    ago: () => ago(now - ms),
  };
  return pattern.replace(/\{([a-z_]+)\}/g, (whole, name) => (Object.hasOwn(parts, name) ? parts[name]() : whole));
}

function ago(ms) {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const words =
    minutes < 60
      ? `${minutes} min`
      : minutes < 2880
        ? `${Math.round(minutes / 60)} h`
        : `${Math.round(minutes / 1440)} days`;
  return ms < 0 ? `in ${words}` : `${words} ago`;
}

/** How far the clock was moved: "1 d 4 h ahead". */
export function ahead(ms) {
  const hours = Math.round(ms / 3_600_000);
  const days = Math.floor(hours / 24);
  return [days > 0 ? `${days} d` : '', hours % 24 > 0 ? `${hours % 24} h` : ''].filter((each) => each !== '').join(' ');
}

/** `2026-11-22T17:04` in the zone → seconds since 1970; the value of an `<input type="datetime-local">`. */
export function toSeconds(wall, zone) {
  const asUtc = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(asUtc)) return undefined;
  // Twice, because the first guess may lie on the other side of a change of the clocks.
  const once = asUtc - offsetAt(asUtc, zone);
  return Math.floor((asUtc - offsetAt(once, zone)) / 1000);
}

export function toWall(seconds, zone) {
  const ms = seconds * 1000;
  return new Date(ms + offsetAt(ms, zone)).toISOString().slice(0, 16);
}

function offsetAt(ms, zone) {
  const parts = Object.fromEntries(
    format(zone, {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(ms)
      .map((part) => [part.type, part.value]),
  );
  const wall = Date.parse(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`);
  return wall - Math.floor(ms / 1000) * 1000;
}
