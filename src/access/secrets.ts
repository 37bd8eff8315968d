/**
 * Recognises text that looks like a token or key, so that it is refused before it is stored or shown anywhere.
 * Errs on the side of refusing: a reason can always be worded without one.
 */

const SHAPES: readonly RegExp[] = [
  /\bxox[a-z]-[\w-]{8,}/i, // Slack tokens
  /\bxapp-[\w-]{8,}/i,
  /\beyJ[\w-]{8,}\.[\w-]{8,}/, // JSON web tokens
  /\b(?:ghp|gho|ghu|ghs|ghr|glpat|pplx|sk|pk|rk|whsec|scim)[_-][\w-]{16,}/i,
  /\bgithub_pat_\w{16,}/i,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bBearer\s+[\w.~+/-]{12,}/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

/** Long runs without a blank that mix letters and digits: what tokens of unknown make look like. */
const RUN = /[A-Za-z0-9_+/=-]{32,}/g;

export function looksLikeSecret(text: string): boolean {
  if (SHAPES.some((shape) => shape.test(text))) return true;
  return (text.match(RUN) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run) && new Set(run).size >= 10);
}
