/** What the doctor says of an app's record: why nothing is given there, and what waits for an owner. */
import { describe, expect, it } from 'vitest';
import type { AppRecord } from '../../src/access/ports.ts';
import { examineRecord, type UnderWay } from '../../src/directory/doctor-record.ts';

const AT = Date.UTC(2026, 10, 22, 9, 30);
const CRM = { key: 'crm', name: 'The CRM' };
const group = { id: 'g1', name: 'Admins' };

const told = (record: Partial<AppRecord>, under: Partial<UnderWay> = {}, reached = true) =>
  examineRecord(CRM, { ...record }, { waiting: 0, differing: 0, ...under }, reached);

describe('the record of an app', () => {
  it('is well where nothing keeps the bot from giving', () => {
    expect(told({})).toEqual([{ state: 'ok', subject: 'giving', what: 'neither paused nor held up by a group' }]);
  });

  it('says who paused it, since when, and how many wait', () => {
    const [paused, ...others] = told({ paused: { at: AT, by: { name: 'Carla' } } }, { waiting: 2 });
    expect(others).toEqual([]);
    expect(paused).toMatchObject({
      state: 'warning',
      what: 'paused by Carla since 2026-11-22 09:30 UTC: what takes access away goes on, nothing is given; 2 requests wait',
      fix: expect.stringContaining('/access resume crm'),
    });
  });

  it('says which groups hold it up, the first of them since when, and every way out', () => {
    const [trouble, ...others] = told({
      troubles: [
        { kind: 'gone', role: 'admin', group, since: AT + 60_000 },
        { kind: 'missing', role: 'member', name: 'Members', since: AT },
        { kind: 'doubled', role: 'guest', name: 'Guests', ids: ['a', 'b'], since: AT },
        { kind: 'shared', roles: ['x', 'y'], group, since: AT },
      ],
    });
    expect(others).toEqual([]);
    expect(trouble).toMatchObject({
      state: 'fault',
      what: 'the bot gives nothing since 2026-11-22 09:30 UTC: the group of admin, Admins, was gone, there was no group called Members for member, 2 groups were called Guests, for guest, x and y had one group, Admins',
      fix: expect.stringMatching(/The CRM.*"Use this group".*rolecall link crm <role>=<group>/),
    });
  });

  it('says that the bot may hold an old token, only where this one is taken', () => {
    expect(told({ unauthorizedSince: AT }).map(({ subject }) => subject)).toEqual(['token', 'giving']);
    expect(told({ unauthorizedSince: AT }, {}, false).map(({ subject }) => subject)).toEqual(['giving']);
  });

  it('says how much differs that nobody has decided', () => {
    expect(told({}, { differing: 1 })).toMatchObject([
      { state: 'warning', subject: 'drift', what: expect.stringMatching(/^1 difference between The CRM and/) },
      { state: 'ok' },
    ]);
  });
});
