/** The ledger of overlapping grants, against a directory so simple that it can only be right. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clear,
  drop,
  emptyHolding,
  type Holding,
  holdsWithoutEnd,
  intend,
  isVacant,
  keepsMembership,
  lastEnd,
  setGrant,
} from '../../src/access/grant.ts';

type Step =
  | { readonly do: 'grant'; readonly id: number; readonly until: number | null }
  | { readonly do: 'end'; readonly id: number }
  | { readonly do: 'revoke' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('grant' as const), id: fc.nat(5), until: fc.option(fc.nat(100)) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('end' as const), id: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const) }) },
  ),
  { maxLength: 40 },
);

/** What is in the group, who gave it, and what was there before the run began. */
interface World {
  member: boolean;
  before: boolean;
  readonly held: Map<number, number | null>;
}

function live(world: World, holding: Holding, step: Step): Holding {
  switch (step.do) {
    case 'grant': {
      if (world.held.has(step.id)) return intend(holding, given(step), !world.member);
      if (world.held.size === 0) world.before = world.member;
      world.held.set(step.id, step.until);
      const next = intend(holding, given(step), world.member);
      world.member = true;
      return setGrant(next, String(step.id), { state: 'active' });
    }
    case 'end': {
      if (!world.held.delete(step.id)) return holding;
      // Exactly what the ledger says is done to the group.
      if (!keepsMembership(holding, String(step.id))) world.member = false;
      return drop(holding, String(step.id));
    }
    case 'revoke':
      world.held.clear();
      world.member = false;
      return clear(holding);
  }
}

const given = (step: Extract<Step, { do: 'grant' }>) => ({
  request: String(step.id),
  from: 0,
  until: step.until,
  state: 'applying' as const,
});

describe('the ledger of one holding', () => {
  it('keeps the membership while any grant holds it, and knows standing for the length of a run', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (standing, story) => {
        const world: World = { member: standing, before: standing, held: new Map() };
        let holding = emptyHolding('crm', 'a-ada', 'admin');
        for (const step of story) {
          holding = live(world, holding, step);
          if (world.held.size > 0) expect(world.member).toBe(true);
          expect(holding.grants.map((each) => each.request).sort()).toEqual([...world.held.keys()].map(String).sort());
          expect(holding.standing === true).toBe(world.held.size > 0 && world.before);
          expect(isVacant(holding)).toBe(world.held.size === 0);
          const ends = [...world.held.values()];
          expect(lastEnd(holding)).toBe(
            ends.length === 0 ? undefined : ends.includes(null) ? null : Math.max(...ends.map(Number)),
          );
        }
      }),
    );
  });

  it('ends a run with the membership it began with, whatever overlapped in between', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uniqueArray(fc.nat(9), { minLength: 1 }), fc.nat(), (standing, ids, seed) => {
        const world: World = { member: standing, before: standing, held: new Map() };
        let holding = emptyHolding('crm', 'a-ada', 'admin');
        for (const id of ids) holding = live(world, holding, { do: 'grant', id, until: id });
        const order = [...ids].sort((a, b) => ((a * 7 + seed) % 11) - ((b * 7 + seed) % 11));
        for (const id of order) {
          expect(world.member).toBe(true);
          holding = live(world, holding, { do: 'end', id });
        }
        expect(world.member).toBe(standing);
      }),
    );
  });

  it('counts as held for good what is standing or has no end, and nothing that is being taken', () => {
    const held = (until: number | null, more: Partial<Holding> = {}): Holding => ({
      ...setGrant(
        intend(emptyHolding('crm', 'a', 'admin'), { request: 'R', from: 0, until, state: 'applying' }, false),
        'R',
        {
          state: 'active',
        },
      ),
      ...more,
    });
    expect(holdsWithoutEnd(undefined)).toBe(true);
    expect(holdsWithoutEnd(held(5))).toBe(false);
    expect(holdsWithoutEnd(held(null))).toBe(true);
    expect(holdsWithoutEnd(held(5, { standing: true }))).toBe(true);
    expect(holdsWithoutEnd(held(null, { removing: true }))).toBe(false);
    expect(holdsWithoutEnd(setGrant(held(null), 'R', { state: 'applying' }))).toBe(false);
    expect(holdsWithoutEnd({ ...emptyHolding('crm', 'a', 'admin'), removing: true })).toBe(false);
  });
});
