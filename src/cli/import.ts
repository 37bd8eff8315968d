/**
 * `rolecall import <app>`: all accounts, groups and memberships of an app, read live over SCIM into a file. Only reads, so
 * it works beside a running bot; changes nothing there.
 */
import { extname, resolve } from 'node:path';
import { counted } from '../access/finding.ts';
import type { AppPolicy } from '../access/policy.ts';
import { openClock } from '../bot.ts';
import type { Config } from '../config/index.ts';
import { readEverything, type Whole } from '../directory/everything.ts';
import { EXIT } from '../operations/exit.ts';
import { onScreen } from '../operations/screen.ts';
import type { ScimClient } from '../scim/index.ts';
import { errnoOf } from '../store/lowdb/errors.ts';
import { openClient, type Unusable, unusable } from './client.ts';
import { configured, findApp, redactorOf } from './config.ts';
import { csvForm, type ImportForm, jsonForm } from './import-form.ts';
import { isThere, type NewFile, newFile } from './new-file.ts';

export interface ImportWish {
  readonly app: string;
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** A group of a hundred thousand in one answer. */
const MOST_BYTES = 128 * 1024 * 1024;
const DEADLINE = 60_000;

/** @returns the exit status: 0 everything was read, 1 something is missing or refused, 2 usage, 69 not reached, 78 configuration */
export async function importApp(wish: ImportWish): Promise<number> {
  const form = wish.out === undefined ? '.json' : extname(wish.out).toLowerCase();
  if (form !== '.json' && form !== '.csv') {
    process.stderr.write('rolecall: --out wants a file that ends in .json or .csv\n');
    return EXIT.usage;
  }
  const config = configured();
  if (config === undefined) return EXIT.configuration;
  const found = findApp(config, wish.app);
  if (found === undefined) return EXIT.usage;
  const clock = openClock(config.clockFile);
  const readAt = new Date(clock.now()).toISOString();
  clock.close();
  const file = resolve(wish.out ?? `${found.app.key}-${readAt.slice(0, 10)}.json`);
  const tell = teller(config, wish, found.app, file);
  if (!wish.force && (await isThere(file)))
    return tell.refused('is there already', 'name another file, or say --force');
  const client = openClient(found.access, { deadlineMs: DEADLINE, maxBytes: MOST_BYTES });
  try {
    const why = await unusable(client, found.app, found.access);
    if (why !== undefined) return tell.unread(why);
    const { key, name } = found.app;
    const written = form === '.csv' ? csvForm() : jsonForm({ app: key, name, readAt }, roleOf(found.app));
    let whole: Whole | undefined;
    try {
      whole = await carry(client, await newFile(file, wish.force), written, (accounts) => tell.progress(accounts));
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      return tell.refused(`cannot be written (${code})`, 'name another file, or make room');
    }
    if (whole === undefined) return tell.refused('was made by somebody else meanwhile', 'name another file');
    return tell.done(whole);
  } finally {
    await client.close();
  }
}

const roleOf = (app: AppPolicy) => {
  const roles = new Map(Object.values(app.roles).map(({ key, group }) => [group, key]));
  return ({ name }: { readonly name: string }): string | undefined => roles.get(name);
};

/** Reads into the file as it comes. `undefined`: something took its place meanwhile. */
async function carry(
  client: ScimClient,
  file: NewFile,
  form: ImportForm,
  progress: (accounts: number) => void,
): Promise<Whole | undefined> {
  try {
    await file.write(form.head());
    const parts = readEverything(client);
    let accounts = 0;
    for (;;) {
      const next = await parts.next();
      if (next.done === true) {
        await file.write(form.end(next.value));
        return (await file.keep()) ? next.value : undefined;
      }
      const part = next.value;
      if (part.kind === 'groups') await file.write(form.groups(part.groups));
      else {
        await file.write(form.accounts(part.accounts));
        accounts += part.accounts.length;
        progress(accounts);
      }
    }
  } catch (error) {
    await file.drop();
    throw error;
  }
}

/** What the operator is told, for people and as one JSON document. */
function teller(config: Config, wish: ImportWish, { key }: AppPolicy, file: string) {
  const redact = redactorOf(config);
  const clean = (text: string): string => onScreen(redact(text));
  const screen = process.stderr.isTTY === true;
  const document = (status: number, more: object): number => {
    if (wish.json) process.stdout.write(`${JSON.stringify({ ok: status === EXIT.done, status, app: key, ...more })}\n`);
    return status;
  };
  const complain = (what: string, fix: string): void =>
    void process.stderr.write(`${key}: ${clean(what)}\n  → ${clean(fix)}\n`);
  return {
    progress(accounts: number): void {
      if (screen) process.stderr.write(`\r${counted(accounts, 'account')} …`);
    },
    refused(what: string, fix: string): number {
      complain(`${file} ${what}; nothing was written`, fix);
      return document(EXIT.refused, { why: clean(what) });
    },
    unread({ what, fix, status }: Unusable): number {
      complain(what, fix);
      return document(status, { why: clean(what) });
    },
    done({ gaps, strays, ...counts }: Whole): number {
      if (screen) process.stderr.write('\r\u001b[K');
      const complete = gaps.length === 0;
      if (!wish.json) {
        const memberships = counted(counts.memberships, 'membership');
        const all = `${counted(counts.accounts, 'account')}, ${counted(counts.groups, 'group')}, ${memberships}`;
        process.stdout.write(
          `${clean(file)}: ${all}${complete ? ', all there is' : ''}.\n` +
            'It is a copy: nothing was changed, and the running bot keeps its own, read anew by each sync.\n',
        );
      }
      if (!complete) {
        process.stderr.write(
          `NOT COMPLETE: whoever is not in this file may be in ${key} all the same.\n${gaps.map((gap) => `  ${clean(gap)}\n`).join('')}`,
        );
      }
      if (strays.length > 0 && !wish.json) {
        process.stderr.write(`${counted(strays.length, 'id')} in groups that no account has which this token sees.\n`);
      }
      const result = { file, complete, ...counts, strays: strays.length, gaps: gaps.map(clean) };
      return document(complete ? EXIT.done : EXIT.refused, result);
    },
  };
}
