/**
 * What looks like a secret, and how a text is kept free of the secrets of this configuration.
 * Knows no file and no variable.
 */

const SHAPES: readonly RegExp[] = [
  /xox[a-z](?:\.xox[a-z])?-[\w-]{4,}/i, // Slack: bot, user, refresh, configuration
  /xapp-[\w-]{4,}/i, // Slack: app-level
  /eyJ[\w-]{8,}\.[\w-]{8,}/, // JSON Web Token
  /\bbearer\s+[^\s$]{8,}/i,
  /\b(?:pplx|sk|ghp|glpat)[-_][\w-]{16,}/,
];

/** Whether a text holds something of the shape of a token. A pattern, not a proof: see also {@link looksRandom}. */
export function looksLikeToken(text: string): boolean {
  return SHAPES.some((shape) => shape.test(text));
}

const mixedRun = (word: string, length: number): boolean =>
  (word.match(/[A-Za-z0-9]+/g) ?? []).some((run) => run.length >= length && /\d/.test(run) && /[A-Za-z]/.test(run));

/** Long, with an unbroken run of letters and digits mixed: a pasted token, and no name, id or UUID of a policy. */
export function looksRandom(word: string): boolean {
  return word.length >= 32 && /^[\w+=~-]+$/.test(word) && mixedRun(word, 20);
}

const SHOWN_MAX = 60;

/** A key as a fault may show it: bounded, on one line, and not at all if it could be a secret (no key of ours could). */
export function showKey(key: string): string {
  if (looksLikeToken(key) || mixedRun(key, 16)) return '(hidden)';
  const plain = key.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');
  return plain.length > SHOWN_MAX ? `${plain.slice(0, SHOWN_MAX)}…` : plain;
}

/** Takes every given secret out of a text: the last line of defence; faults are written not to need it. */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  // Shorter ones would take apart ordinary words; nothing ever quotes them anyway.
  const known = [...new Set(secrets)].filter((secret) => secret.length >= 6).sort((a, b) => b.length - a.length);
  return (text) => known.reduce((clean, secret) => clean.replaceAll(secret, '(hidden)'), text);
}
