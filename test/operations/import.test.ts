/** `rolecall import` as an operator meets it: the file, what is said of it, and how it ends. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cell, csvForm, jsonForm } from '../../src/cli/import-form.ts';
import type { Seed } from '../../src/sandbox/scim/index.ts';
import { type Clinic, openClinic, QUERY_KEY, SCIM_TOKEN, TENANT } from './clinic.ts';

const filesOf = async ({ folder }: Clinic) =>
  (await readdir(folder)).filter((name) => /import|perplexity|out/.test(name));

describe('rolecall import', () => {
  it('writes everything there is into one file of its own, and overwrites nothing unless told to', async () => {
    const clinic = await openClinic();
    const { status, out, err } = await clinic.call(['import', 'perplexity']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const [name = '', ...others] = await filesOf(clinic);
    expect(others).toEqual([]);
    expect(name).toMatch(/^perplexity-\d{4}-\d\d-\d\d\.json$/);
    const path = join(clinic.folder, name);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const document = JSON.parse(await readFile(path, 'utf8'));
    const { users, groups } = clinic.scim.state();
    expect(document).toMatchObject({
      format: 'rolecall import 1',
      app: 'perplexity',
      complete: true,
      gaps: [],
      strays: [],
      counts: { accounts: users.length, groups: groups.length },
    });
    expect(document.groups).toEqual(
      groups.map(({ id, displayName, members }) => ({
        id,
        name: displayName,
        members: members.length,
        nested: [],
        ...(displayName === 'PPLX_Admin'
          ? { role: 'admin' }
          : displayName === 'PPLX_Members'
            ? { role: 'member' }
            : {}),
      })),
    );
    const held = Object.fromEntries(
      document.accounts.map((account: { id: string; groups: string[] }) => [account.id, account.groups]),
    );
    for (const { id } of users) {
      expect(held[id]).toEqual(groups.filter(({ members }) => members.includes(id)).map((group) => group.id));
    }
    expect(out).toContain(`${path}: ${users.length} accounts, ${groups.length} groups, `);
    expect(out).toMatch(/all there is\.\n.*nothing was changed, and the running bot keeps its own/);
    expect(clinic.scim.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await readdir(clinic.folder)).not.toContain('data');

    await writeFile(path, 'mine');
    const again = await clinic.call(['import', 'perplexity', '--json']);
    expect(again.status).toBe(1);
    expect(again.err).toMatch(/is there already; nothing was written\n.*--force/);
    expect(JSON.parse(again.out)).toMatchObject({ ok: false, status: 1, app: 'perplexity' });
    expect(await readFile(path, 'utf8')).toBe('mine');
    const forced = await clinic.call(['import', 'perplexity', '--force', '--json']);
    expect(JSON.parse(forced.out)).toEqual({
      ok: true,
      status: 0,
      app: 'perplexity',
      file: path,
      complete: true,
      ...document.counts,
      strays: 0,
      gaps: [],
    });
    expect(JSON.parse(await readFile(path, 'utf8')).accounts).toEqual(document.accounts);
    expect(await filesOf(clinic)).toEqual([name]);
    for (const secret of [SCIM_TOKEN, TENANT, QUERY_KEY]) {
      expect(out + err + again.out + again.err + forced.out + (await readFile(path, 'utf8'))).not.toContain(secret);
    }
  });

  it('says loudly that something is missing, in the file, too, and ends with 1', async () => {
    const users = Array.from({ length: 150 }, (_, at) => ({ userName: `person${at}@example.com` }));
    const directory: Seed = { users, groups: [{ displayName: 'PPLX_Admin', members: ['person0@example.com'] }] };
    const clinic = await openClinic({ directory });
    clinic.scim.fault({
      match: { path: /^\/Users\?.*startIndex=(?!1&|1$)/ },
      times: Number.POSITIVE_INFINITY,
      kind: { type: 'error', status: 400 },
    });
    const { status, out, err } = await clinic.run(['import', 'perplexity', '--out', 'out.csv']);
    expect(status).toBe(1);
    expect(err).toMatch(/^NOT COMPLETE: [\s\S]*\n {2}accounts: SCIM GET \/Users answered 400/);
    expect(out).not.toContain('all there is');
    const lines = (await readFile(join(clinic.folder, 'out.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 100 + 1);
    expect(lines[0]).toBe(
      '"id","userName","email","displayName","givenName","familyName","active","externalId","title","department","managerId","created","lastModified","groups"',
    );
    expect(lines.find((line) => line.includes('"person0@example.com"'))).toMatch(/,"yes",.*,"PPLX_Admin"$/);
    expect(lines.at(-1)).toMatch(/^"INCOMPLETE","accounts: /);
  });

  it('leaves no file behind when the service cannot be read, and says which it was by its status', async () => {
    const clinic = await openClinic();
    clinic.scim.setToken('another');
    const refused = await clinic.call(['import', 'perplexity', '--json']);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/^perplexity: 127\.0\.0\.1:\d+ refuses the token \(401\)\n {2}→ make a new SCIM token/);
    clinic.env.SCIM_URL = 'http://127.0.0.1:9/scim';
    const silent = await clinic.call(['import', 'perplexity']);
    expect(silent.status).toBe(69);
    expect(silent.err).toMatch(/^perplexity: nobody listens at 127\.0\.0\.1:9/);
    for (const args of [[], ['perdo'], ['perplexity', 'perdoo'], ['perplexity', '--out', 'x.xlsx']]) {
      expect((await clinic.call(['import', ...args])).status, args.join(' ')).toBe(2);
    }
    expect(await filesOf(clinic)).toEqual([]);
  });
});

describe('a table for people', () => {
  it('holds nothing that a spreadsheet would compute', () => {
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1', '\u0000=1']) {
      expect(cell(formula)).toMatch(/^"'/);
    }
    expect(cell('a "b", c')).toBe('"a ""b"", c"');
    expect(cell('two\r\nlines')).toBe('"two lines"');
    expect(cell(undefined)).toBe('""');
    expect(cell("O'Hara = fine")).toBe('"O\'Hara = fine"');
  });

  it('has one row for each account whatever its name holds', () => {
    const form = csvForm();
    form.groups([{ id: 'g', name: '=HYPERLINK("x")', members: 1, nested: [] }]);
    const row = form.accounts([{ id: '1', emails: [], displayName: 'a\r\n"b', groups: ['g', 'unknown'] }]);
    expect(row).toBe('"1","","","a ""b","","","not said","","","","","","","\'=HYPERLINK(""x""); unknown"\r\n');
  });
});

describe('the document', () => {
  it('is JSON also when there is nobody', () => {
    const form = jsonForm({ app: 'a', name: 'A "b"', readAt: 'now' }, () => undefined);
    const nothing = { accounts: 0, groups: 0, memberships: 0, gaps: [], strays: [] };
    const text = form.head() + form.groups([]) + form.accounts([]) + form.end(nothing);
    expect(JSON.parse(text)).toMatchObject({ name: 'A "b"', groups: [], accounts: [], strays: [], complete: true });
    const gap = { ...nothing, gaps: ['accounts: "short"'], strays: [{ id: 'x', groups: ['g'] }] };
    expect(JSON.parse(form.head() + form.groups([]) + form.accounts([]) + form.end(gap))).toMatchObject({
      complete: false,
      gaps: ['accounts: "short"'],
      strays: [{ id: 'x', groups: ['g'] }],
    });
  });
});
