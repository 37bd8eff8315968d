/** What every store promises, told by what a caller can see. A store joins by saying how it is opened. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../src/access/errors.ts';
import type { Change, Job, Store, View } from '../../src/access/ports.ts';
import { event, holding, job, putOnce, putRequest, request, slack } from './records.ts';

export interface Opened {
  readonly store: Store;
  /** Business time of the store; a test may move it. */
  readonly clock: { now: number };
  /** Closes the store and opens it again on what it kept. */
  reopen(): Promise<Store>;
  /** Closes the store and removes what it kept. */
  remove(): Promise<void>;
}

export interface StoreUnderTest {
  readonly name: string;
  /** A store with nothing in it. */
  readonly open: () => Promise<Opened>;
}

const LATER = Number.MAX_SAFE_INTEGER;

export function storeContract({ name, open }: StoreUnderTest): void {
  describe(`the store contract: ${name}`, () => {
    let opened: Opened;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.remove());

    const putIt = (id: string, more: Parameters<typeof request>[1] = {}): Promise<void> =>
      store.commit([`request:${id}`], () => ({ put: [putRequest(id, more)], result: undefined }));

    const schedule = (...jobs: ReturnType<typeof job>[]): Promise<void> =>
      store.commit([], () => ({ jobs: jobs.map((one) => ({ schedule: one })), result: undefined }));

    const dueKeys = async (now: number, limit: number): Promise<string[]> =>
      (await store.dueJobs(now, limit)).map(({ key }) => key);

    const jobOf = async (key: string): Promise<Job> => {
      const found = await store.job(key);
      if (found === undefined) throw new Error(`there is no job ${key}`);
      return found;
    };

    describe('a commit', () => {
      it('makes its records readable and returns its result', async () => {
        const result = await store.commit(['request:r1'], () => ({ put: [putRequest('r1')], result: 'done' }));
        expect(result).toBe('done');
        expect(await store.read('request', 'r1')).toEqual(request('r1'));
        expect(await store.read('request', 'r2')).toBeUndefined();
      });

      it('sees what the commits before it left, however many run at once', async () => {
        const count = (): Promise<number> =>
          store.commit(['once:n'], (view) => {
            const next = (view.get('once', 'n')?.expires ?? 0) + 1;
            return { put: [putOnce('n', next)], result: next };
          });
        const results = await Promise.all(Array.from({ length: 100 }, count));
        expect([...results].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
        expect((await store.read('once', 'n'))?.expires).toBe(100);
      });

      it('that throws writes nothing and harms no other', async () => {
        const before = await store.head();
        const refusal = new AccessError({ code: 'repeated' });
        const outcomes = await Promise.allSettled([
          putIt('a'),
          store.commit(['request:b'], () => {
            throw refusal;
          }),
          putIt('c'),
        ]);
        expect(outcomes[1]).toEqual({ status: 'rejected', reason: refusal });
        expect([outcomes[0].status, outcomes[2].status]).toEqual(['fulfilled', 'fulfilled']);
        expect((await store.head()).seq).toBe(before.seq + 2);
        expect(await store.read('request', 'b')).toBeUndefined();
      });

      it('that touches a record it did not name is a programming error, and writes nothing', async () => {
        const before = await store.head();
        const strays: ((view: View) => Change<undefined>)[] = [
          (view) => ({ result: void view.get('request', 'other') }),
          () => ({ put: [putRequest('other')], result: undefined }),
          () => ({ remove: ['request:other'], result: undefined }),
        ];
        for (const stray of strays) {
          const error: unknown = await store.commit(['request:r1'], stray).catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(AccessError);
        }
        expect(await store.head()).toEqual(before);
      });

      it('that names a key of no kind is a programming error', async () => {
        const strange = 'parrot:1' as 'request:1';
        await expect(store.commit([strange], () => ({ result: 1 }))).rejects.toThrow(/no kind/);
      });

      it('that changes nothing writes nothing, and still has a result', async () => {
        const before = await store.head();
        expect(await store.commit(['request:r1'], () => ({ put: [], events: [], result: 7 }))).toBe(7);
        expect(await store.head()).toEqual(before);
      });

      it('keeps what JSON can keep, at once as after a restart', async () => {
        const odd = {
          at: new Date(0),
          none: undefined,
          call: () => 1,
          list: [undefined, Number.NaN, [Number.POSITIVE_INFINITY]],
          own: { toJSON: () => 'said by itself' },
          deep: JSON.parse('{ "__proto__": { "of": 1 } }') as object,
          bare: Object.assign(Object.create(null) as object, { of: 1 }),
        };
        await store.commit(['once:o'], () => ({ put: [putOnce('o', 1, odd)], result: undefined }));
        const plain: unknown = JSON.parse(JSON.stringify(odd));
        expect((await store.read('once', 'o'))?.work).toStrictEqual(plain);
        store = await opened.reopen();
        expect((await store.read('once', 'o'))?.work).toStrictEqual(plain);
      });

      it('of more than a mebibyte is refused, and the next one is not', async () => {
        const work = 'x'.repeat(1024 * 1024);
        const huge = store.commit(['once:big'], () => ({ put: [putOnce('big', 1, work)], result: undefined }));
        const small = putIt('r1');
        await expect(huge).rejects.toThrow(/bytes/);
        await small;
        expect(await store.read('once', 'big')).toBeUndefined();
        expect(await store.verify()).toBeUndefined();
      });

      it('of nearly a mebibyte is kept, even many at once', async () => {
        const work = 'y'.repeat(1000 * 1000);
        const ids = ['a', 'b', 'c', 'd'];
        await Promise.all(
          ids.map((id) => store.commit([`once:${id}`], () => ({ put: [putOnce(id, 1, work)], result: undefined }))),
        );
        store = await opened.reopen();
        for (const id of ids) expect((await store.read('once', id))?.work).toBe(work);
        expect(await store.verify()).toBeUndefined();
      });

      it('has a time that never goes back', async () => {
        const times: number[] = [];
        const look = (): Promise<void> =>
          store.commit([], (view) => {
            times.push(view.now);
            return { events: [event('r1')], result: undefined };
          });
        const begin = opened.clock.now;
        for (const now of [begin + 5000, begin - 60_000, begin + 7000]) {
          opened.clock.now = now;
          await look();
        }
        opened.clock.now = begin - 90_000;
        store = await opened.reopen();
        await look();
        expect(times).toEqual([begin + 5000, begin + 5000, begin + 7000, begin + 7000]);
      });

      it('has a time in whole milliseconds, whatever the clock says', async () => {
        const begin = opened.clock.now;
        for (const now of [begin + 0.75, Number.NaN, -5, Number.POSITIVE_INFINITY]) {
          opened.clock.now = now;
          expect(await store.commit([], (view) => ({ events: [event('r1')], result: view.now }))).toBe(begin);
        }
        opened.clock.now = begin;
        store = await opened.reopen();
        expect(await store.history('request:r1', { limit: 9 })).toHaveLength(4);
      });

      it('may store a record and take it out of live state at once', async () => {
        await store.commit(['request:r1'], () => ({
          put: [putRequest('r1', { state: 'refused' })],
          remove: ['request:r1'],
          result: undefined,
        }));
        expect(await store.read('request', 'r1')).toBeUndefined();
        expect(await store.closedRequest('r1')).toEqual(request('r1', { state: 'refused' }));
      });

      it('carries any text there is, unharmed', async () => {
        const reason = 'tab\t newline\n quote" zero\0 half \ud83d emoji 🔑 bidi \u202e line \u2028';
        await store.commit(['once:t'], () => ({
          put: [putOnce('t', 1, reason)],
          events: [event('t', reason)],
          result: undefined,
        }));
        store = await opened.reopen();
        expect((await store.read('once', 't'))?.work).toBe(reason);
        expect((await store.history('request:t', { limit: 1 }))[0]?.events[0]?.note?.reason).toBe(reason);
        expect(await store.verify()).toBeUndefined();
      });
    });

    describe('jobs', () => {
      it('get a beginning, no attempts and the number of their commit', async () => {
        await schedule(job('apply:r1', 50, { lane: 'app', rank: 1 }));
        expect(await store.job('apply:r1')).toEqual({
          ...job('apply:r1', 50, { lane: 'app', rank: 1 }),
          since: 50,
          attempts: 0,
          seq: (await store.head()).seq,
        });
      });

      it('are replaced by a job of the same key', async () => {
        await schedule(job('end:r1', 50));
        await schedule(job('end:r1', 70));
        expect(await dueKeys(60, 10)).toEqual([]);
        expect(await dueKeys(70, 10)).toEqual(['end:r1']);
        expect(await store.nextDue()).toBe(70);
      });

      it('are finished only by who saw the newest of that key', async () => {
        await schedule(job('cards:r1', 1));
        const old = await jobOf('cards:r1');
        await schedule(job('cards:r1', 1));
        const before = await store.head();
        await store.commit([], () => ({ jobs: [{ finish: old }], result: undefined }));
        expect(await store.head()).toEqual(before);
        const current = await jobOf('cards:r1');
        await store.commit([], () => ({ jobs: [{ finish: current }], result: undefined }));
        expect(await store.job('cards:r1')).toBeUndefined();
        expect(await store.nextDue()).toBeUndefined();
      });

      it('put off keep since and attempts as given, unless they were replaced', async () => {
        await schedule(job('apply:r1', 10));
        const first = await jobOf('apply:r1');
        const putOff = { ...first, attempts: first.attempts + 1, toldAt: 9 };
        await store.commit([], () => ({ jobs: [{ putOff, due: 500 }], result: undefined }));
        const second = await jobOf('apply:r1');
        expect(second).toEqual({ ...putOff, due: 500, seq: (await store.head()).seq });
        await store.commit([], () => ({ jobs: [{ putOff: first, due: 900 }], result: undefined }));
        expect(await jobOf('apply:r1')).toEqual(second);
      });

      it('are cancelled by key', async () => {
        await schedule(job('remind:r1', 10), job('lapse:r1', 20));
        await store.commit([], () => ({ jobs: [{ cancel: 'remind:r1' }, { cancel: 'nobody:1' }], result: undefined }));
        expect(await dueKeys(LATER, 10)).toEqual(['lapse:r1']);
      });

      it('finished and scheduled anew in one commit are there', async () => {
        await schedule(job('sweep:all', 10));
        const current = await jobOf('sweep:all');
        await store.commit([], () => ({
          jobs: [{ finish: current }, { schedule: job('sweep:all', 99) }],
          result: undefined,
        }));
        expect((await jobOf('sweep:all')).due).toBe(99);
      });

      it('of one lane come by rank, then by due time; those not due do not come', async () => {
        await schedule(
          job('apply:1', 10, { lane: 'app', rank: 1 }),
          job('apply:2', 5, { lane: 'app', rank: 1 }),
          job('end:1', 20, { lane: 'app', rank: 0 }),
          job('end:2', 30, { lane: 'app', rank: 0 }),
        );
        expect(await dueKeys(20, 10)).toEqual(['end:1', 'apply:2', 'apply:1']);
        expect(await dueKeys(4, 10)).toEqual([]);
        expect(await store.nextDue()).toBe(5);
      });

      it('of one lane do not hide those of another, nor those of none', async () => {
        const backlog = Array.from({ length: 50 }, (_, at) => job(`apply:${at}`, at, { lane: 'busy' }));
        await schedule(...backlog, job('end:x', 1000, { lane: 'other' }), job('cards:y', 2000));
        const keys = await dueKeys(5000, 4);
        expect(keys).toHaveLength(4);
        expect(keys.slice(0, 3)).toEqual(['apply:0', 'end:x', 'cards:y']);
      });

      it('wake the listener once they can be found, and not after it has left', async () => {
        let woken = 0;
        let leave = (): void => undefined;
        const found = new Promise<Job | undefined>((resolve, reject) => {
          leave = store.onJobs(() => {
            woken++;
            store.job('apply:r1').then(resolve, reject);
          });
        });
        await putIt('r1');
        expect(woken).toBe(0);
        await schedule(job('apply:r1', 1));
        expect((await found)?.key).toBe('apply:r1');
        leave();
        await schedule(job('apply:r2', 1));
        await putIt('r2');
        expect(woken).toBe(1);
      });

      it('of a commit that throws are not there', async () => {
        await expect(
          store.commit(['request:r1'], (view) => {
            view.get('request', 'r2');
            return { jobs: [{ schedule: job('apply:r1', 1) }], result: undefined };
          }),
        ).rejects.toThrow();
        expect(await store.job('apply:r1')).toBeUndefined();
      });
    });

    describe('queries', () => {
      it('find the open requests of a requester, an approver, an app, an account', async () => {
        const approver = { slack: slack('U9'), name: 'Kim', why: 'manager' as const };
        const steps = [{ by: 'manager' as const, approvers: [approver], escalated: false }];
        await putIt('a', { steps });
        await putIt('b', { app: 'perdoo', requester: { slack: slack('U2'), name: 'Lee' } });
        await putIt('c', { state: 'denied' });
        await putIt('d', { subject: { name: 'Lee', account: 'a2' } });
        const ids = async (filter?: Parameters<Store['openRequests']>[0]): Promise<string[]> =>
          (await store.openRequests(filter)).map(({ id }) => id).sort();
        expect(await ids()).toEqual(['a', 'b', 'd']);
        expect(await ids({ requester: slack('U1') })).toEqual(['a', 'd']);
        expect(await ids({ approver: slack('U9') })).toEqual(['a']);
        expect(await ids({ app: 'perdoo' })).toEqual(['b']);
        expect(await ids({ app: 'perplexity', account: 'a1' })).toEqual(['a']);
        expect(await ids({ app: 'perdoo', account: 'a2' })).toEqual([]);
        expect(await ids({ requester: slack('U7') })).toEqual([]);
        await putIt('a', { steps: [], requester: { slack: slack('U2'), name: 'Lee' } });
        expect(await ids({ approver: slack('U9') })).toEqual([]);
        expect(await ids({ requester: slack('U2') })).toEqual(['a', 'b']);
        await store.commit(['request:d'], () => ({ remove: ['request:d'], result: undefined }));
        expect(await ids()).toEqual(['a', 'b']);
      });

      it('find a request by what it has become, whatever it was found by before', async () => {
        const kim = { slack: slack('U8'), name: 'Kim', why: 'manager' as const };
        const step = (approvers: (typeof kim)[]) => ({ by: 'manager' as const, approvers, escalated: false });
        const ways: [Parameters<Store['openRequests']>[0], Parameters<typeof request>[1]][] = [
          [{ app: 'perdoo' }, { app: 'perdoo' }],
          [{ account: 'a7' }, { subject: { name: 'Lee', account: 'a7' } }],
          [{ requester: slack('U7') }, { requester: { slack: slack('U7'), name: 'Lee' } }],
          [
            { requester: { team: 'T7', user: 'U1' } },
            { requester: { slack: { team: 'T7', user: 'U1' }, name: 'Lee' } },
          ],
          [{ approver: slack('U8') }, { steps: [step([kim])] }],
          [{ approver: slack('U8') }, { steps: [step([]), step([{ ...kim, slack: slack('U9') }, kim])] }],
        ];
        for (const [filter, more] of ways) {
          await putIt('r1');
          expect(await store.openRequests(filter)).toEqual([]);
          await putIt('r1', more);
          expect(await store.openRequests(filter)).toEqual([request('r1', more)]);
          await putIt('r1');
          expect(await store.openRequests(filter)).toEqual([]);
        }
      });

      it('find holdings by app, account and role', async () => {
        const all = [holding('p', 'a1', 'admin'), holding('p', 'a2', 'admin'), holding('q', 'a1', 'member')];
        for (const value of all) {
          const id = `${value.app}/${value.account}/${value.role}`;
          await store.commit([`holding:${id}`], () => ({ put: [{ kind: 'holding', id, value }], result: undefined }));
        }
        const accounts = async (filter: Parameters<Store['holdings']>[0]): Promise<string[]> =>
          (await store.holdings(filter)).map(({ app, account }) => `${app}/${account}`).sort();
        expect(await accounts(undefined)).toEqual(['p/a1', 'p/a2', 'q/a1']);
        expect(await accounts({ app: 'p', role: 'admin' })).toEqual(['p/a1', 'p/a2']);
        expect(await accounts({ account: 'a1' })).toEqual(['p/a1', 'q/a1']);
        expect(await accounts({ role: 'member' })).toEqual(['q/a1']);
        expect(await accounts({ app: 'q', account: 'a1', role: 'admin' })).toEqual([]);
      });

      it('find what is stored of drift in one app', async () => {
        const drift = (id: string, app: string, count: number) => {
          const value = { what: 'overflow', id, app, rev: 1, foundAt: 1, cards: [], state: 'open', count } as const;
          return store.commit([`drift:${id}`], () => ({ put: [{ kind: 'drift', id, value }], result: value }));
        };
        const first = await drift('d1', 'p', 1);
        await drift('d2', 'q', 2);
        const third = await drift('d3', 'p', 3);
        expect(await store.drifts('p')).toEqual([first, third]);
        await store.commit(['drift:d1'], () => ({ remove: ['drift:d1'], result: undefined }));
        expect(await store.drifts('p')).toEqual([third]);
        expect(await store.drifts('nowhere')).toEqual([]);
      });

      it('find notices, and the once records whose time has passed, oldest first', async () => {
        const notice = { id: 'n1', to: [slack('U1')], notice: { kind: 'safe_mode', detail: '' }, told: [] } as const;
        await store.commit(['notice:n1'], () => ({
          put: [{ kind: 'notice', id: 'n1', value: notice }],
          result: undefined,
        }));
        expect(await store.notices()).toEqual([notice]);
        for (const [id, expires] of [
          ['x', 30],
          ['y', 10],
          ['z', 20],
        ] as const) {
          await store.commit([`once:${id}`], () => ({ put: [putOnce(id, expires)], result: undefined }));
        }
        await store.commit(['once:y'], () => ({ put: [putOnce('y', 40)], result: undefined }));
        expect(await store.expiredOnce(30, 10)).toEqual(['z', 'x']);
        expect(await store.expiredOnce(100, 2)).toEqual(['z', 'x']);
        await store.commit(['once:z'], () => ({ remove: ['once:z'], result: undefined }));
        expect(await store.expiredOnce(30, 10)).toEqual(['x']);
      });
    });

    describe('history', () => {
      it('tells the events about somebody, newest first, a page at a time', async () => {
        for (let at = 1; at <= 5; at++) {
          await store.commit([], () => ({ events: [event(`r${at}`, `why ${at}`)], result: undefined }));
        }
        const page = await store.history('person:T1/U1', { limit: 2 });
        expect(page.map(({ events }) => events)).toEqual([[event('r5', 'why 5')], [event('r4', 'why 4')]]);
        const rest = await store.history('person:T1/U1', { limit: 10, before: page[1]?.seq ?? 0 });
        expect(rest.map(({ events }) => events[0]?.note?.reason)).toEqual(['why 3', 'why 2', 'why 1']);
        expect(rest[0]?.at).toBe(opened.clock.now);
        expect(await store.history('person:T1/U2', { limit: 10 })).toEqual([]);
      });

      it('leaves out what happened to others in the same commit', async () => {
        const other = { ...event('r2'), about: ['request:r2', 'person:T1/U2'] };
        await store.commit([], () => ({ events: [event('r1'), other], result: undefined }));
        const told = await store.history('person:T1/U2', { limit: 10 });
        expect(told.map(({ events }) => events)).toEqual([[other]]);
      });

      it('has a closed request as it was when it left live state', async () => {
        await putIt('r1');
        expect(await store.closedRequest('r1')).toBeUndefined();
        await putIt('r1', { state: 'denied', rev: 2 });
        await store.commit(['request:r1'], () => ({ remove: ['request:r1'], result: undefined }));
        expect(await store.closedRequest('r1')).toEqual(request('r1', { state: 'denied', rev: 2 }));
        expect(await store.closedRequest('r2')).toBeUndefined();
        store = await opened.reopen();
        expect(await store.closedRequest('r1')).toEqual(request('r1', { state: 'denied', rev: 2 }));
      });
    });

    describe('the chain', () => {
      it('holds after any number of commits, and its head names the last', async () => {
        const heads = new Set<string>();
        for (let at = 0; at < 20; at++) {
          await putIt(`r${at % 3}`);
          heads.add((await store.head()).hash);
        }
        expect(heads.size).toBe(20);
        expect(await store.verify()).toBeUndefined();
        expect(store.health()).toMatchObject({ writable: true, safeMode: false, head: await store.head() });
      });

      it('holds against a head that was kept, and not against one that was not its own', async () => {
        await putIt('r1');
        await store.keepHead(await store.head());
        await putIt('r2');
        expect(await store.verify()).toBeUndefined();
        const head = await store.head();
        await store.keepHead({ seq: head.seq, hash: 'f'.repeat(64) });
        expect(await store.verify()).toMatchObject({ seq: head.seq });
      });
    });

    describe('a store opened again', () => {
      it('has all it had', async () => {
        await putIt('r1');
        await putIt('r2', { app: 'perdoo' });
        await store.commit(['request:r1'], () => ({
          remove: ['request:r1'],
          events: [event('r1')],
          result: undefined,
        }));
        await schedule(job('end:r2', 40, { lane: 'perdoo', rank: 0 }), job('cards:r2', 10));
        const before = {
          head: await store.head(),
          requests: await store.openRequests(),
          jobs: await store.dueJobs(LATER, 10),
          history: await store.history('request:r1', { limit: 5 }),
          closed: await store.closedRequest('r1'),
        };
        store = await opened.reopen();
        expect({
          head: await store.head(),
          requests: await store.openRequests(),
          jobs: await store.dueJobs(LATER, 10),
          history: await store.history('request:r1', { limit: 5 }),
          closed: await store.closedRequest('r1'),
        }).toEqual(before);
        await putIt('r3');
        expect((await store.head()).seq).toBe(before.head.seq + 1);
        expect(await store.verify()).toBeUndefined();
      });
    });

    it('turns away callers when far too many wait, and serves those it took', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12_000 }, () => store.commit([], () => ({ result: undefined }))),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(12_000);
      expect(refused[0]).toMatchObject({ reason: { refusal: { code: 'store_unavailable' } } });
      await putIt('r1');
      expect(await store.read('request', 'r1')).toBeDefined();
    });

    it('takes no commit once it is closed, and finishes those it took', async () => {
      const taken = putIt('r1');
      const closing = store.close();
      const late = putIt('r2');
      await expect(late).rejects.toMatchObject({ refusal: { code: 'store_unavailable' } });
      await taken;
      await closing;
      store = await opened.reopen();
      expect(await store.read('request', 'r1')).toBeDefined();
      expect(await store.read('request', 'r2')).toBeUndefined();
    });
  });
}
