/** What a write or a read says of itself when the service misbehaves. */
import { describe, expect, it } from 'vitest';
import type { DirectoryError } from '../../src/access/errors.ts';
import { toDirectoryError } from '../../src/directory/faults.ts';
import { MembersLost } from '../../src/directory/index.ts';
import type { FaultKind } from '../../src/sandbox/scim/index.ts';
import { ScimError } from '../../src/scim/index.ts';
import { ADMIN, failure, MEMBER, TOKEN, world } from './world.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const PATCH = { method: 'PATCH' };

describe('a write whose answer is lost', () => {
  it('is confirmed by reading back when it was applied', async () => {
    const { directory, service, members, writes, clock } = await world();
    service.fault({ match: PATCH, times: 1, kind: { type: 'reset', when: 'after' } });
    const before = clock.now();
    expect(await directory.add(ADMIN, 'ada')).toMatchObject({ kind: 'confirmed', sentAt: before });
    expect(members(ADMIN)).toEqual(['grace', 'ada']);
    expect(writes()).toEqual([`PATCH /Groups/${ADMIN}`]);
  });

  it('may have applied when it never got through, since when the first attempt left', async () => {
    const { directory, service, clock } = await world();
    service.fault({ match: PATCH, times: FOREVER, kind: { type: 'reset', when: 'before' } });
    const before = clock.now();
    const error = await failure(directory.add(ADMIN, 'ada'));
    expect(error).toMatchObject({ fault: 'unavailable', mayHaveApplied: true, sentAt: before });
    expect(clock.now()).toBeGreaterThan(before);
  });

  it('may have applied when neither the answer nor a read-back came', async () => {
    const { directory, service, members, clock } = await world();
    service.fault({ match: PATCH, times: FOREVER, kind: { type: 'reset', when: 'after' } });
    service.fault({ match: { method: 'GET', nth: 3 }, times: FOREVER, kind: { type: 'reset', when: 'before' } });
    const before = clock.now();
    const error = await failure(directory.add(ADMIN, 'ada'));
    expect(error).toMatchObject({ fault: 'unavailable', mayHaveApplied: true, sentAt: before });
    expect(members(ADMIN)).toContain('ada');
  });

  it('cannot have applied when the read before it failed', async () => {
    const { directory, service, writes } = await world();
    service.fault({ match: { method: 'GET' }, times: FOREVER, kind: { type: 'reset', when: 'before' } });
    const error = await failure(directory.remove(ADMIN, 'grace'));
    expect(error).toMatchObject({ fault: 'unavailable', mayHaveApplied: false, sentAt: undefined });
    expect(writes()).toEqual([]);
  });

  it('is accepted, not lost, when only the later read-backs fail', async () => {
    const { directory, service, clock } = await world({ quirks: { visibleAfter: { min: 60_000, max: 60_000 } } });
    service.fault({ match: { method: 'GET', nth: 4 }, times: FOREVER, kind: { type: 'error', status: 401 } });
    const before = clock.now();
    expect(await directory.add(ADMIN, 'ada')).toEqual({ kind: 'accepted', sentAt: before });
  });
});

describe('a service that refuses', () => {
  const cases: [string, FaultKind, Partial<DirectoryError>][] = [
    ['the token', { type: 'error', status: 401 }, { fault: 'unauthorized', mayHaveApplied: false }],
    ['the right', { type: 'error', status: 403 }, { fault: 'forbidden', mayHaveApplied: false }],
    [
      'the value',
      { type: 'error', status: 400, scimType: 'invalidValue' },
      { fault: 'rejected', mayHaveApplied: false },
    ],
    ['the method', { type: 'error', status: 501 }, { fault: 'rejected', mayHaveApplied: false }],
    ['for now, with a time', { type: 'busy', status: 429, retryAfter: { seconds: 600 } }, { fault: 'unavailable' }],
    ['because it broke', { type: 'error', status: 500 }, { fault: 'unavailable', mayHaveApplied: true }],
    ['with a web page', { type: 'html', status: 502 }, { fault: 'unavailable', mayHaveApplied: true }],
    [
      'by sending us elsewhere',
      { type: 'redirect', status: 307, to: 'https://elsewhere.invalid/' },
      { fault: 'unavailable' },
    ],
  ];
  it.each(cases)('refusing %s is told apart', async (_what, kind, expected) => {
    const { directory, service, members } = await world();
    service.fault({ match: PATCH, times: FOREVER, kind });
    expect(await failure(directory.add(ADMIN, 'ada'))).toMatchObject(expected);
    expect(members(ADMIN)).toEqual(['grace']);
  });

  it('says when to come back after 429, and nothing has been sent that counts', async () => {
    const { directory, service } = await world();
    service.fault({ match: PATCH, times: FOREVER, kind: { type: 'busy', status: 429, retryAfter: { seconds: 600 } } });
    expect(await failure(directory.add(ADMIN, 'ada'))).toMatchObject({
      retryAfter: 600_000,
      mayHaveApplied: false,
      sentAt: undefined,
    });
  });

  it('is waited for when it asks for a second', async () => {
    const { directory, service, clock } = await world();
    service.fault({ match: PATCH, times: 1, kind: { type: 'busy', status: 429, retryAfter: { seconds: 1 } } });
    const before = clock.now();
    const outcome = await directory.add(ADMIN, 'ada');
    // The attempt that was definitely refused is not the one that counts.
    expect(outcome).toEqual({ kind: 'confirmed', at: before + 1000, sentAt: before + 1000 });
  });
});

describe('answers that are no answers', () => {
  it.each<[string, FaultKind]>([
    ['a web page', { type: 'html', status: 200 }],
    ['half a document', { type: 'truncated', cut: 'json' }],
    ['half a connection', { type: 'truncated', cut: 'connection' }],
    ['far too much', { type: 'oversize', bytes: 20 * 1024 * 1024 }],
  ])('%s for a read is unavailable, never "nobody"', async (_what, kind) => {
    const { directory, service } = await world();
    service.fault({ match: { method: 'GET' }, times: FOREVER, kind });
    const expected = { fault: 'unavailable', mayHaveApplied: false };
    expect(await failure(directory.account('ada'))).toMatchObject(expected);
    expect(await failure(directory.find('ada@example.com'))).toMatchObject(expected);
    expect(await failure(directory.members(ADMIN))).toMatchObject(expected);
    expect(await failure(directory.membership(ADMIN, 'ada'))).toMatchObject(expected);
    expect(await failure(directory.groupsNamed('PPLX_Admin'))).toMatchObject(expected);
  });

  it('half a document for a write that was applied is confirmed by reading back', async () => {
    const { directory, service } = await world({ dialect: 'generic' });
    service.fault({ match: PATCH, times: 1, kind: { type: 'truncated', cut: 'connection' } });
    expect((await directory.add(ADMIN, 'ada')).kind).toBe('confirmed');
  });
});

describe('a service that empties the group', () => {
  it('ends in an error that names who was lost, and the log tells it', async () => {
    const { directory, service, events, members, clock } = await world();
    await directory.sync();
    const quirks = { removeMembersByFilter: 'wipe' } as const;
    service.fault({ match: PATCH, times: 1, kind: { type: 'quirks', quirks } });
    const before = clock.now();
    const error = await failure(directory.remove(MEMBER, 'ada'));
    expect(members(MEMBER)).toEqual([]);
    expect(error).toBeInstanceOf(MembersLost);
    expect(error).toMatchObject({ group: MEMBER, lost: ['grace'], mayHaveApplied: true, sentAt: before });
    expect(events).toContainEqual({ kind: 'members_lost', app: 'perplexity', group: MEMBER, lost: ['grace'] });
    // Who was lost can be put back, one by one.
    expect((await directory.add(MEMBER, 'grace')).kind).toBe('confirmed');
    expect(members(MEMBER)).toEqual(['grace']);
  });
});

describe('what an error says', () => {
  it('is that a read changed nothing, even if it went missing', () => {
    const lost = new ScimError({ fault: 'network', outcome: 'unknown', sentAt: 7, message: 'SCIM GET /Users lost' });
    expect(toDirectoryError(lost)).toMatchObject({ mayHaveApplied: false, sentAt: undefined });
    expect(toDirectoryError(lost, () => 7)).toMatchObject({ mayHaveApplied: true, sentAt: 7 });
  });

  it('holds no token, no address, no query and no end of text', async () => {
    const { directory, service } = await world();
    const detail = `Bearer ${TOKEN} for ada@example.com at https://x.invalid/?token=abc ${'long '.repeat(2000)}`;
    const errors: DirectoryError[] = [];
    for (const status of [400, 401, 403, 404, 409, 500]) {
      service.clearFaults();
      service.fault({ match: {}, times: FOREVER, kind: { type: 'error', status, detail } });
      errors.push(await failure(directory.find('ada@example.com')));
      errors.push(await failure(directory.members(ADMIN)));
      service.clearFaults();
      service.fault({ match: { method: 'PATCH' }, times: FOREVER, kind: { type: 'error', status, detail } });
      errors.push(await failure(directory.add(ADMIN, 'ada')));
    }
    expect(errors).toHaveLength(18);
    for (const error of errors) {
      const said = [error.detail, error.message, error.stack, JSON.stringify(error), String(error.cause)].join(' ');
      expect(said).not.toContain(TOKEN);
      expect(said).not.toContain('ada@example.com');
      expect(said).not.toContain('token=abc');
      expect(said).not.toContain('filter=');
      expect(error.detail.length).toBeLessThanOrEqual(300);
    }
  });
});
