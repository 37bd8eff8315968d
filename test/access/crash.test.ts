/** A process may die between any two commits: what was begun is carried on by the next one, to the same end. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../src/access/policy.ts';
import type { Ask } from '../../src/access/request.ts';
import { ADMINS, APP, grant, MEMBERS, type Office, openOffice, person, slack } from './office.ts';

const ada = { kind: 'email' as const, email: 'ada@example.com' };
const finn = { kind: 'slack' as const, slack: slack('finn') };

/** Lives led side by side: most of one is waiting for the disk. */
const AT_ONCE = 12;

interface Job {
  readonly by: string;
  readonly ask: Ask;
  readonly approvers: readonly string[];
  readonly prepare?: (office: Office) => Promise<void>;
  /** What happens elsewhere half an hour after the last decision. */
  readonly meanwhile?: (office: Office) => unknown;
  /** What must be so in the end, whatever happened on the way. */
  readonly result: (office: Office) => unknown;
}

const JOBS: Readonly<Record<string, Job>> = {
  'a grant that runs out': {
    by: 'ada',
    ask: grant({ duration: { kind: 'for', ms: HOUR } }),
    approvers: ['ben'],
    result: (office) => office.groups.get(ADMINS)?.has('a-ada'),
  },
  'a revoke of a grant': {
    by: 'carla',
    ask: { action: 'revoke', app: APP, role: 'admin', subject: ada },
    approvers: [],
    async prepare(office) {
      await office.decide('ben', (await office.ask('ada', grant())).id);
    },
    result: (office) => office.groups.get(ADMINS)?.has('a-ada'),
  },
  'an account with a role': {
    by: 'ada',
    ask: {
      action: 'provision',
      app: APP,
      subject: finn,
      newAccount: {
        email: 'finn@example.com',
        givenName: 'Finn',
        welcome: true,
        role: 'admin',
        roleDuration: { kind: 'for', ms: HOUR },
      },
      reason: 'new here',
    },
    approvers: ['carla'],
    async prepare(office) {
      office.people.set('finn', person('finn'));
    },
    result: (office) => [
      [...office.accounts.values()].filter((each) => each.email === 'finn@example.com').length,
      office.groups.get(MEMBERS)?.has('a-finn'),
      office.told.filter((each) => each.notice.kind === 'welcome').length > 0,
    ],
  },
  'a disable of somebody with a grant': {
    by: 'ben',
    ask: { action: 'disable', app: APP, subject: ada, reason: 'left' },
    approvers: ['dmitri'],
    async prepare(office) {
      await office.decide('ben', (await office.ask('ada', grant())).id);
    },
    result: (office) => [office.accounts.get('a-ada')?.active, office.groups.get(ADMINS)?.has('a-ada')],
  },
  'an update by two owners': {
    by: 'ben',
    ask: {
      action: 'update',
      app: APP,
      subject: ada,
      changes: { email: 'ada.new@example.com', title: 'Analyst' },
    },
    approvers: ['carla', 'dmitri'],
    async prepare(office) {
      // Bound before, so that the binding is carried along.
      await office.desk.cancel({ request: (await office.ask('ada', grant())).id, by: slack('ada') });
      await office.run();
      office.mischief.push('lost_answer');
    },
    result: async (office) => [
      office.accounts.get('a-ada')?.email,
      office.profiles.get('a-ada'),
      office.writes,
      (await office.store.read('account', `${APP}/a-ada`))?.renamedTo,
      (await office.store.read('account', `${APP}/a-ada`))?.open,
    ],
  },
  'an update that shows later': {
    by: 'ben',
    ask: { action: 'update', app: APP, subject: ada, changes: { title: 'Analyst', department: 'Sales' } },
    approvers: ['carla'],
    async prepare(office) {
      office.whims.set('title', { kind: 'accepted' });
    },
    meanwhile: (office) => office.profiles.set('a-ada', { title: 'Analyst', department: 'Sales' }),
    result: (office) => [office.profiles.get('a-ada'), office.writes.length < 3],
  },
  'a grant in an app that is paused, and goes on': {
    by: 'ada',
    ask: grant({ duration: { kind: 'for', ms: DAY } }),
    approvers: ['ben'],
    prepare: async (office) => void (await office.desk.pause(slack('carla'), APP)),
    async meanwhile(office) {
      await office.surviving(() => office.desk.resume(slack('carla'), APP));
      await office.run();
    },
    result: async (office) => [
      office.groups.get(ADMINS)?.has('a-ada'),
      (await office.store.openRequests({ app: APP })).map(({ state, waits }) => [state, waits]),
    ],
  },
  'an enable of somebody left in a group': {
    by: 'ben',
    ask: { action: 'enable', app: APP, subject: ada },
    approvers: ['dmitri'],
    async prepare(office) {
      const account = office.accounts.get('a-ada');
      if (account !== undefined) office.accounts.set('a-ada', { ...account, active: false });
      office.groups.get(ADMINS)?.add('a-ada');
      office.groups.get(MEMBERS)?.delete('a-ada');
    },
    result: (office) => [
      office.accounts.get('a-ada')?.active,
      office.groups.get(ADMINS)?.has('a-ada'),
      office.groups.get(MEMBERS)?.has('a-ada'),
    ],
  },
};

/** Tells the whole story; the process dies at commit `at` of it (counted from 1), before or after it is stored. */
async function told(
  job: Job,
  at: number,
  when: 'before' | 'after',
): Promise<{ office: Office; id: string; died: boolean }> {
  const office = await openOffice();
  await job.prepare?.(office);
  const { id } = await office.desk.submit(slack(job.by), job.by, job.ask, { id: 'once-job' });
  office.dieAt(at, when);
  await office.run();
  for (const approver of job.approvers) {
    await office.surviving(() => office.desk.decide({ request: id, by: slack(approver), verdict: 'approve' }));
    await office.run();
  }
  await office.later(HOUR / 2);
  await job.meanwhile?.(office);
  await office.later(2 * HOUR);
  const died = office.dieAt(0, when);
  return { office, id, died };
}

const ending = async (office: Office, id: string, job: Job) => {
  const request = await office.request(id);
  const open = await office.store.openRequests();
  const holdings = await office.store.holdings();
  return {
    state: request.state,
    why: request.closing?.why,
    outcome: request.outcome?.kind,
    decisions: request.decisions.map((each) => each.by.name),
    result: await job.result(office),
    open: open.filter((each) => each.id !== request.followedBy).map((each) => each.state),
    holdings: holdings.filter((each) => each.grants.length > 0 || each.removing === true),
    chain: await office.store.verify(),
  };
};

describe.each(Object.entries(JOBS))('%s', (_name, job) => {
  it.each(['before', 'after'] as const)(
    'ends the same when the process dies %s any one of its commits',
    async (when) => {
      const whole = await told(job, 0, when);
      const wanted = await ending(whole.office, whole.id, job);
      expect(wanted.outcome).toBe('confirmed');
      let deaths = 0;
      for (let first = 1; deaths === first - 1; first += AT_ONCE) {
        const lives = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => told(job, first + n, when)));
        for (const [n, { office, id, died }] of lives.entries()) {
          if (!died) continue;
          deaths += 1;
          expect(await ending(office, id, job), `died ${when} commit ${first + n}`).toEqual(wanted);
        }
      }
      expect(deaths).toBeGreaterThan(5);
    },
  );
});
