// What Slack makes of text typed into a command: entities escaped, mentions of people and channels turned into ids. Pure.
import type { Channel, Person } from './contract.ts';

const token =
  /<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|<#(C[A-Z0-9]+)(?:\|[^<>]*)?>|(?<![\p{L}\p{N}._%+-])([@#])([\p{L}\p{N}._-]+)|[&<>]/gu;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export type Directory = {
  personById: (id: string) => Person | undefined;
  personByName: (name: string) => Person | undefined;
  channelById: (id: string) => Channel | undefined;
  channelByName: (name: string) => Channel | undefined;
};

/** The longest name that is known, and the punctuation that only followed it. */
function resolve<T>(typed: string, find: (name: string) => T | undefined): { found: T; rest: string } | undefined {
  const bare = typed.replace(/[._-]+$/, '');
  const whole = find(typed);
  if (whole !== undefined) return { found: whole, rest: '' };
  const found = find(bare);
  return found === undefined ? undefined : { found, rest: typed.slice(bare.length) };
}

/** `@name` → `<@U…|name>`, `#name` → `<#C…|name>`; what names nobody stays as typed. A picked mention may be typed as `<@U…>`. */
export function escapeTyped(text: string, directory: Directory): string {
  return text.replace(token, (whole: string, userId?: string, channelId?: string, sign?: string, name?: string) => {
    const person = userId === undefined ? undefined : directory.personById(userId);
    if (person !== undefined) return `<@${person.id}|${person.name}>`;
    const channel = channelId === undefined ? undefined : directory.channelById(channelId);
    if (channel !== undefined) return `<#${channel.id}|${channel.name}>`;
    if (sign === '@' && name !== undefined) {
      const hit = resolve(name, directory.personByName);
      return hit === undefined ? whole : `<@${hit.found.id}|${hit.found.name}>${hit.rest}`;
    }
    if (sign === '#' && name !== undefined) {
      const hit = resolve(name, directory.channelByName);
      return hit === undefined ? whole : `<#${hit.found.id}|${hit.found.name}>${hit.rest}`;
    }
    return whole.replace(/[&<>]/g, (character) => entities[character] ?? character);
  });
}
