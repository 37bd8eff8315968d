/** The states of a request: one table is the only truth, and the diagram in the documents is drawn from it. */
import { describe, expect, it } from 'vitest';
import {
  type AccessRequest,
  amend,
  currentStep,
  isClosed,
  move,
  type State,
  TRANSITIONS,
} from '../../src/access/request.ts';

const STATES = Object.keys(TRANSITIONS).filter((name): name is State => Object.hasOwn(TRANSITIONS, name));

const at = (state: State): AccessRequest => ({
  id: 'R-1',
  rev: 3,
  state,
  ask: { action: 'grant', app: 'crm', role: 'admin', subject: { kind: 'me' } },
  requester: { slack: { team: 'T1', user: 'ada' }, name: 'Ada' },
  receivedAt: 0,
  steps: [],
  decisions: [],
  cards: [],
});

function diagram(): string {
  const arrows = STATES.flatMap((from) => TRANSITIONS[from].map((to) => `    ${from} --> ${to}`));
  const ends = STATES.filter((state) => isClosed(state)).map((state) => `    ${state} --> [*]`);
  return [
    '# States of a request',
    '',
    'Drawn from the transition table in `src/access/request.ts`; a test keeps the two alike',
    '(`vitest run test/access/states.test.ts --update` draws it anew).',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> received',
    ...arrows,
    ...ends,
    '```',
    '',
    'A grant is `active` until its end, `ending` while the role is being taken, `ended` when that was read back.',
    'Everything else that was carried out is `done`. What was refused, denied, cancelled, lapsed or not applied',
    'changed nothing; after `failed` the owners look.',
    '',
  ].join('\n');
}

describe('the states of a request', () => {
  it('are drawn in the documents as they are in the table', async () => {
    await expect(diagram()).toMatchFileSnapshot('../../docs/states.md');
  });

  it('can all be reached from received, and every open one can come to an end', () => {
    const reached = new Set<State>(['received']);
    for (const state of reached) for (const next of TRANSITIONS[state]) reached.add(next);
    expect([...reached].sort()).toEqual([...STATES].sort());
    for (const state of STATES) {
      const from = new Set<State>([state]);
      for (const each of from) for (const next of TRANSITIONS[each]) from.add(next);
      expect(
        [...from].some((each) => isClosed(each)),
        state,
      ).toBe(true);
    }
  });

  it('give access only by way of approved and applying', () => {
    const waysTo = (to: State) => STATES.filter((from) => TRANSITIONS[from].includes(to));
    expect(waysTo('active')).toEqual(['applying']);
    expect(waysTo('done')).toEqual(['applying']);
    expect(waysTo('applying')).toEqual(['approved']);
    expect(waysTo('approved')).toEqual(['received', 'pending']);
  });

  it('move along the arrows alone, and every change a reader sees has a number of its own', () => {
    for (const from of STATES) {
      for (const to of STATES) {
        const go = () => move(at(from), to, { closedAt: 7 });
        if (TRANSITIONS[from].includes(to)) expect(go()).toMatchObject({ state: to, rev: 4, closedAt: 7 });
        else expect(go, `${from} to ${to}`).toThrow(`cannot go from ${from} to ${to}`);
      }
    }
    expect(amend(at('pending'), { lapseAt: 9 })).toMatchObject({ state: 'pending', rev: 4, lapseAt: 9 });
  });

  it('wait for the first step that has no approval, and for none when they wait for nobody', () => {
    const step = (user: string) => ({
      by: 'named' as const,
      approvers: [{ slack: { team: 'T1', user }, name: user, why: 'named' as const }],
      escalated: false,
    });
    const two: AccessRequest = { ...at('pending'), steps: [step('ben'), step('carla')] };
    expect(currentStep(two)?.index).toBe(0);
    const yes = { step: 0, by: { name: 'ben' }, verdict: 'approve' as const, at: 1 };
    expect(currentStep({ ...two, decisions: [yes] })?.step.approvers[0]?.name).toBe('carla');
    expect(currentStep({ ...two, decisions: [yes, { ...yes, step: 1 }] })).toBeUndefined();
    expect(currentStep({ ...two, state: 'approved' })).toBeUndefined();
  });
});
