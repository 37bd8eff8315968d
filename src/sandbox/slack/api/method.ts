// What a Web API method is: scopes, rate tier, token kind, and a function from arguments to Slack's answer. Knows no method in particular.
import type { Json, JsonObject } from '../contract.ts';
import { isObject, parseJson, stringOf } from '../json.ts';
import type { Tier } from '../limits.ts';
import type { World } from '../world.ts';

export type Args = {
  text: (name: string) => string;
  /** `true`, `1` in forms, true in JSON. */
  flag: (name: string, fallback: boolean) => boolean;
  number: (name: string, fallback: number) => number;
  has: (name: string) => boolean;
  /** An argument that is JSON by nature (blocks, view): parsed when it came as a string. Undefined: absent or not JSON. */
  json: (name: string) => Json | undefined;
  all: JsonObject;
};

export type Reply = { ok: boolean } & JsonObject;

export type Method = {
  tier: Tier;
  token: 'none' | 'bot' | 'app';
  /** Scopes this call needs, all of them. */
  scopes?: (args: Args, world: World) => readonly string[];
  /** The channel whose own posting limit counts. */
  postsTo?: (args: Args) => string;
  run: (args: Args, world: World) => Reply;
};

export type Methods = Readonly<Record<string, Method>>;

export function readArgs(all: JsonObject): Args {
  return {
    all,
    text(name) {
      const value = all[name];
      return typeof value === 'number' ? String(value) : stringOf(value);
    },
    flag(name, fallback) {
      const value = all[name];
      if (value === undefined || value === null || value === '') return fallback;
      return value === true || value === 1 || value === 'true' || value === '1';
    },
    number(name, fallback) {
      const value = Number(all[name] ?? Number.NaN);
      return Number.isFinite(value) ? value : fallback;
    },
    has: (name) => all[name] !== undefined && all[name] !== '',
    json(name) {
      const value = all[name];
      return typeof value === 'string' ? parseJson(value) : value;
    },
  };
}

export function done(fields: JsonObject = {}): Reply {
  return { ok: true, ...fields };
}

export function refuse(error: string, fields: JsonObject = {}): Reply {
  return { ok: false, error, ...fields };
}

/** A refusal with reasons, as Slack words it: once plain, once with the severity. */
export function refuseWith(error: string, messages: readonly string[]): Reply {
  return refuse(error, {
    errors: [...messages],
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}

export function missingField(name: string): Reply {
  return refuseWith('invalid_arguments', [`missing required field: ${name}`]);
}

export type Page<T> = { items: T[]; next: string } | undefined;

/** Cursor paging; undefined for a cursor that was never handed out. */
export function page<T>(items: readonly T[], args: Args, mostPerPage: number): Page<T> {
  const limit = Math.min(Math.max(Math.trunc(args.number('limit', mostPerPage)), 1), mostPerPage);
  const cursor = args.text('cursor');
  const decoded = /^at:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString());
  if (cursor !== '' && decoded === null) return undefined;
  const start = Number(decoded?.[1] ?? 0);
  const next = start + limit < items.length ? Buffer.from(`at:${start + limit}`).toString('base64') : '';
  return { items: items.slice(start, start + limit), next };
}

export function metadata(next: string): JsonObject {
  return { response_metadata: { next_cursor: next } };
}

export function asView(args: Args): JsonObject | undefined {
  const view = args.json('view');
  return isObject(view) ? view : undefined;
}
