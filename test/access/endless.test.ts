/** A grant without an end: given in a hand-over, reviewed by an owner, never by whoever holds it. */
import { describe, expect, it } from 'vitest';
import { AccessError } from '../../src/access/errors.ts';
import { DAY, REVIEW_AFTER } from '../../src/access/policy.ts';
import { ADMINS, grant, type Office, openOffice, slack } from './office.ts';

/** Ada takes over from Carla: the manager and an owner agree, and Carla's role is taken. */
async function handedOver(): Promise<{ office: Office; id: string }> {
  const office = await openOffice();
  office.groups.set(ADMINS, new Set(['a-carla']));
  const plan = await office.ask(
    'carla',
    grant({
      subject: { kind: 'email', email: 'ada@example.com' },
      handOverFrom: { account: 'a-carla', action: 'revoke' },
    }),
  );
  await office.decide('ben', plan.id);
  await office.decide('dmitri', plan.id);
  return { office, id: plan.id };
}

const ownerCards = (office: Office, id: string): number =>
  office.shown.filter(
    (copy) => copy.request.id === id && copy.reader === 'owner' && copy.request.alarm?.kind === 'review_due',
  ).length;

describe('a grant without an end', () => {
  it('is looked at again after ninety days, every day, until an owner keeps it', async () => {
    const { office, id } = await handedOver();
    await office.later(REVIEW_AFTER - DAY);
    expect((await office.request(id)).alarm).toBeUndefined();
    await office.later(DAY + 1);
    expect((await office.request(id)).alarm?.kind).toBe('review_due');
    const first = ownerCards(office, id);
    expect(first).toBeGreaterThan(0);
    await office.later(DAY);
    expect(ownerCards(office, id)).toBeGreaterThan(first);
    expect(office.groups.get(ADMINS)).toEqual(new Set(['a-ada']));

    await office.desk.keep({ request: id, by: slack('dmitri') });
    await office.run();
    expect((await office.request(id)).alarm).toBeUndefined();
    await office.later(REVIEW_AFTER - DAY);
    expect((await office.request(id)).alarm).toBeUndefined();
    await office.later(DAY + 1);
    expect((await office.request(id)).alarm?.kind).toBe('review_due');
  });

  it('is kept neither by whoever holds it nor by anybody who owns nothing', async () => {
    const { office, id } = await handedOver();
    await office.later(REVIEW_AFTER + 1);
    for (const [who, code] of [
      ['ada', 'not_entitled'],
      ['ben', 'not_entitled'],
    ] as const) {
      const error = await office.desk.keep({ request: id, by: slack(who) }).catch((thrown: unknown) => thrown);
      expect(error instanceof AccessError && error.refusal.code).toBe(code);
    }
    expect((await office.request(id)).alarm?.kind).toBe('review_due');
  });

  it('tells yesterday’s copy, too, that it has been kept', async () => {
    const { office, id } = await handedOver();
    await office.later(REVIEW_AFTER + 1);
    await office.later(DAY);
    const before = await office.request(id);
    const copies = before.cards.filter((card) => card.reader === 'owner' && card.slack.user === 'carla');
    expect(copies.length).toBeGreaterThanOrEqual(2);
    await office.desk.keep({ request: id, by: slack('dmitri') });
    await office.run();
    const after = await office.request(id);
    expect(after.cards.every((card) => card.rev === after.rev)).toBe(true);
  });
});
