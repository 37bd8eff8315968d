/** An office whose directory drifts: what differs is looked for, read from cards and decided in one line each. */
import { differenceKey } from '../../src/access/drift.ts';
import type { Baseline, DriftRecord, Finding, Overflow } from '../../src/access/drift-record.ts';
import type { AppPolicy } from '../../src/access/policy.ts';
import type { DriftClick } from '../../src/access/service/drift/decide.ts';
import { compareJob } from '../../src/access/service/drift/when.ts';
import { linkedGroups } from '../../src/access/service/world.ts';
import { ADMINS, APP, type Office, openOffice, slack } from './office.ts';

/** Compares now, as after a complete sync, and runs what is due. */
export async function look(office: Office): Promise<void> {
  await office.store.commit([], () => ({ jobs: [{ schedule: compareJob(APP, office.now) }], result: undefined }));
  await office.run();
}

export const put = (office: Office, who: string, group = ADMINS): void => {
  office.groups.get(group)?.add(`a-${who}`);
};
/** A second role above base, that is not guarded. */
export const withEditors = (crm: AppPolicy): AppPolicy => ({
  ...crm,
  roles: {
    ...crm.roles,
    editor: { key: 'editor', group: 'Editors', sensitive: false, base: false, managedBy: 'rolecall' },
  },
});
export const EDITORS = 'g-editors';
/** Its group is made. */
export function foundEditors(office: Office): void {
  office.names.set(EDITORS, 'Editors');
  office.groups.set(EDITORS, new Set());
}

export const drop = (office: Office, who: string, group = ADMINS): void => {
  office.groups.get(group)?.delete(`a-${who}`);
};

/** An office that has been compared before: what was there (Carla and Zoe as Admins) is accepted. */
export async function openDrifting(
  change?: (crm: AppPolicy) => AppPolicy,
  prepare: (office: Office) => void = () => {},
): Promise<Office> {
  const office = await openOffice(change);
  prepare(office);
  await linkedGroups(office.world, APP);
  await look(office);
  const [first] = await baselines(office);
  if (first !== undefined) await click(office, 'dmitri', first.id, 'accept');
  office.drift.length = 0;
  return office;
}

const all = (office: Office): Promise<DriftRecord[]> => office.store.drifts(APP);
export const findings = async (office: Office): Promise<Finding[]> =>
  (await all(office)).filter((record) => record.what === 'finding');
export const baselines = async (office: Office): Promise<Baseline[]> =>
  (await all(office)).filter((record) => record.what === 'baseline');
export const overflows = async (office: Office): Promise<Overflow[]> =>
  (await all(office)).filter((record) => record.what === 'overflow');

/** `<state> <kind>/<role>/<account>` of every finding, in order. */
export const states = async (office: Office): Promise<string[]> =>
  (await findings(office)).map((finding) => `${finding.state} ${differenceKey(finding.difference)}`).sort();

/** The one finding with this key. */
export async function finding(office: Office, key: string): Promise<Finding> {
  const found = (await findings(office)).find((each) => differenceKey(each.difference) === key);
  if (found === undefined) throw new Error(`no ${key} among ${(await states(office)).join(', ')}`);
  return found;
}

/** Messages that were posted about a finding or a first look, each copy once: who got them. */
export const posted = (office: Office, what: DriftRecord['what'] = 'finding'): string[] => {
  const seen = new Map<string, string>();
  for (const { record, user } of office.drift) {
    if (record.what === what) seen.set(`${record.id}/${user}`, user);
  }
  return [...seen.values()].sort();
};

/** The newest a person saw of a finding. */
export const shown = (office: Office, user: string, id: string): DriftRecord | undefined =>
  office.drift.findLast((copy) => copy.user === user && copy.record.id === id)?.record;

export async function click(
  office: Office,
  by: string,
  id: string,
  how: DriftClick['how'],
  reason?: string,
): Promise<void> {
  await office.desk.settleDrift({ finding: id, by: slack(by), how, ...(reason === undefined ? {} : { reason }) });
  await office.run();
}

/** Lives led side by side: most of one is waiting for the disk. */
const AT_ONCE = 10;

/** A life for each commit a process may die at, until one is long enough to see its end. @param live whether it has died */
export async function wherever(live: (nth: number, when: 'before' | 'after') => Promise<boolean>): Promise<void> {
  for (const when of ['before', 'after'] as const) {
    for (let from = 1, died = true; died; from += AT_ONCE) {
      const lives = Array.from({ length: AT_ONCE }, (_, n) => live(from + n, when));
      died = (await Promise.all(lives)).every(Boolean);
      if (from > 100) throw new Error('it never ends');
    }
  }
}
