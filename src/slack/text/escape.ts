/**
 * What text from outside must go through before a person sees it: invisible and reordering characters out, lengths
 * bounded, Slack's three control characters escaped. Knows no sentence and no block.
 */

// Controls, everything Unicode calls ignorable (zero width, fillers, tags, soft hyphen), everything that reorders, and
// interlinear annotations. Joiners are looked at one by one below; U+FE0F makes an emoji colourful and may stay.
const UNSEEN =
  /[[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u{FFF9}-\u{FFFB}]--[\t\n\p{Join_Control}\u{FE0F}]]/gv;
const LINE_BREAKS = /\r\n?|[\u2028\u2029\u0085\v\f]/gu;
/** A joiner is kept only where writing needs it: inside an emoji sequence and within scripts that join. */
const NEEDLESS_JOINER =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\u{FE0F}\p{M}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Sinhala}])\p{Join_Control}+|\p{Join_Control}+(?![\p{Extended_Pictographic}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Sinhala}])/gv;
/** More combining marks than any orthography stacks would run over the lines around them. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** What can be read of a text, lines kept. NFC; lone surrogates become U+FFFD. Never longer than ~3 × the input. */
function readable(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(LINE_BREAKS, '\n')
    .replace(UNSEEN, '')
    .replace(NEEDLESS_JOINER, '')
    .replace(STACKED_MARKS, '$1');
}

/** At most `max` UTF-16 units (so at most `max` code points), never half a character; a cut is shown by `…`. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 1) return '';
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}

/** Cleaned, all white space collapsed to single blanks, at most `max` UTF-16 units. */
export function oneLine(text: string, max: number): string {
  return clip(
    readable(clip(text, max * 4))
      .replace(/\s+/gu, ' ')
      .trim(),
    max,
  );
}

/** Cleaned, at most `maxLines` lines and `max` UTF-16 units; blank lines are dropped. */
export function severalLines(text: string, max: number, maxLines: number): string[] {
  const lines = readable(clip(text, max * 4))
    .split('\n')
    .map((line) => line.replace(/\s+/gu, ' ').trim())
    .filter((line) => line !== '');
  const kept = lines.length > maxLines ? [...lines.slice(0, maxLines - 1), lines.slice(maxLines - 1).join(' ')] : lines;
  return clip(kept.join('\n'), max).split('\n');
}

/** Slack's own escaping (docs.slack.dev, "Formatting message text"): these three and no others. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The inverse of `escapeMrkdwn`, for text that Slack has escaped. */
export function unescapeMrkdwn(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Signs that look the same and do nothing: what people read stays as they wrote it. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '*': '\u2217',
  _: '\u02CD',
  '~': '\u223C',
  ':': '\u2236',
};
/**
 * What would begin or end bold, italics or a strike, or begin an emoji: its end may also be the first sign of what follows.
 * Inside a word Slack takes the first three for text: `snake_case`, addresses and times stay as they are and can be copied.
 */
const MARKUP = /(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])|:(?=[\p{L}\p{N}_+'-]+:|(?!\d+$)[\p{L}\p{N}_+'-]+$)/gu;

/**
 * Text that Slack's mrkdwn shows sign by sign. It has an escape for its three control characters only. A blank of no width
 * beside the others would be copied along unseen, and nobody promises that it helps.
 */
export function inertMrkdwn(text: string): string {
  return escapeMrkdwn(text.replaceAll('`', "'").replace(MARKUP, (sign) => LOOKS_LIKE[sign] ?? sign));
}
