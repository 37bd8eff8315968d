/**
 * Chooses the language. Cards, modals and the Home read every sentence through `textsFor` and write none themselves.
 */
import { en } from './en.ts';

export type Texts = typeof en;

const LANGUAGES: Readonly<Record<string, Texts>> = { en };

/** The sentences of a language (`en`, `en-GB` → `en`); English where there is no other. */
export function textsFor(language: string | undefined): Texts {
  const tag = (language ?? 'en').toLowerCase().split('-')[0] ?? 'en';
  return (Object.hasOwn(LANGUAGES, tag) ? LANGUAGES[tag] : undefined) ?? en;
}

export type { No } from './en/refusals.ts';
export { clip, oneLine } from './escape.ts';
export { type Names, namesOf, personLabel, personWords } from './names.ts';
