/**
 * Text from other people's systems, made fit for an operator's screen: no line breaks, no escape codes, no reversed text,
 * not endless. Knows nothing of what it says.
 */

/** As long as one line of text may be, characters. */
const LONGEST = 800;

export function onScreen(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').toWellFormed();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}
