/** What a history shows: whose, about whom, and that all of it can be reached. */
import { describe, expect, it } from 'vitest';
import type { SubjectRef } from '../../src/access/people.ts';
import { HOUR } from '../../src/access/policy.ts';
import { grant, type Office, openOffice, slack } from './office.ts';

const ADA: SubjectRef = { kind: 'slack', slack: slack('ada') };

/** Everything `viewer` is shown of Ada, a page at a time, as lines of the journal. */
async function pages(office: Office, viewer: string): Promise<number[][]> {
  const found: number[][] = [];
  for (let before: number | undefined, more = true; more; ) {
    const view = await office.desk.history(slack(viewer), ADA, before);
    found.push(view.entries.map(({ seq }) => seq));
    before = view.older?.before;
    more = before !== undefined;
  }
  return found;
}

describe('a history', () => {
  it('is shown from the newest line to the first, a page at a time, nothing twice and nothing left out', async () => {
    const office = await openOffice();
    for (let n = 0; n < 14; n++) {
      await office.decide(
        'ben',
        (await office.ask('ada', grant({ reason: `INC-${n}`, duration: { kind: 'for', ms: HOUR } }))).id,
      );
      await office.later(25 * HOUR);
    }
    // An auditor sees all that speaks of her; reading it adds lines at the front only.
    const all = (await office.store.history('person:T1/ada', { limit: 1000 })).map(({ seq }) => seq);
    const account = (await office.store.history('account:crm/a-ada', { limit: 1000 })).map(({ seq }) => seq);
    const expected = [...new Set([...all, ...account])].sort((a, b) => b - a);
    expect(expected.length).toBeGreaterThan(80);
    const shown = await pages(office, 'eve');
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.slice(0, -1).map((page) => page.length)).toEqual(shown.slice(0, -1).map(() => 40));
    expect(shown.flat().filter((seq) => seq <= (expected[0] ?? 0))).toEqual(expected);
  });

  it('says nothing of older lines when there are none', async () => {
    const office = await openOffice();
    await office.ask('ada', grant());
    const view = await office.desk.history(slack('ada'), { kind: 'me' });
    expect(view.entries.length).toBeGreaterThan(0);
    expect(view).not.toHaveProperty('older');
  });

  it('names whom each line is about, also where somebody else asked', async () => {
    const office = await openOffice();
    const asked = await office.ask('ada', grant({ subject: { kind: 'slack', slack: slack('eve') } }));
    for (const approver of ['ben', 'carla', 'dmitri']) {
      if ((await office.request(asked.id)).state === 'pending')
        await office.decide(approver, asked.id).catch(() => undefined);
    }
    const { entries } = await office.desk.history(slack('ada'), { kind: 'me' });
    const events = entries.flatMap((entry) => entry.events).filter((event) => 'request' in event);
    const told = events
      .filter(({ type }) => type !== 'request.received')
      .map(({ type, note }) => [type, note?.subject]);
    expect(told.map(([type]) => type)).toContain('access.given');
    for (const [type, subject] of told) expect([type, subject]).toEqual([type, 'eve']);
  });
});
