/**
 * Says what is on record of an app that keeps the running bot from giving anything there, or waits for an owner. Examines
 * nothing; what is not on record is not known.
 */
import { counted, type Finding, fault, ok, some, warning } from '../access/finding.ts';
import { rolesIn } from '../access/groups.ts';
import type { AppPolicy } from '../access/policy.ts';
import type { AppRecord, GroupTrouble } from '../access/ports.ts';

/** What of an app is under way, by the records. */
export interface UnderWay {
  /** Requests that wait until something may be given again. */
  readonly waiting: number;
  /** Differences between the app and the ledger that nobody has decided. */
  readonly differing: number;
}

const since = (ms: number): string => `since ${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function troubled(trouble: GroupTrouble): string {
  switch (trouble.kind) {
    case 'gone':
      return `the group of ${trouble.role}, ${trouble.group.name}, was gone`;
    case 'missing':
      return `there was no group called ${trouble.name} for ${trouble.role}`;
    case 'doubled':
      return `${trouble.ids.length} groups were called ${trouble.name}, for ${trouble.role}`;
    case 'shared':
      return `${rolesIn(trouble).join(' and ')} had one group, ${trouble.group.name}`;
  }
}

/** @param reached the service takes the token now */
export function examineRecord(
  app: Pick<AppPolicy, 'key' | 'name'>,
  record: Pick<AppRecord, 'paused' | 'troubles' | 'unauthorizedSince'>,
  { waiting, differing }: UnderWay,
  reached: boolean,
): Finding[] {
  const found: Finding[] = [];
  const held = waiting > 0 ? `; ${counted(waiting, 'request waits', 'requests wait')}` : '';
  const { paused, troubles = [], unauthorizedSince } = record;
  if (paused !== undefined) {
    const what = `paused by ${paused.by.name} ${since(paused.at)}: what takes access away goes on, nothing is given${held}`;
    found.push(warning('giving', what, `have an owner say /access resume ${app.key} when it may go on`));
  }
  const [first] = troubles;
  if (first !== undefined) {
    const what = `the bot gives nothing ${since(Math.min(...troubles.map((each) => each.since)))}: ${some(troubles.map(troubled), 5)}${held}`;
    const fix = `mend the group in ${app.name}, or have an owner press "Use this group" on the card, or stop the bot and say rolecall link ${app.key} <role>=<group>; the bot looks again hourly`;
    found.push(fault('giving', what, fix));
  }
  if (unauthorizedSince !== undefined && reached) {
    const what = `the bot's token was refused ${since(unauthorizedSince)}; the one in this environment is taken`;
    found.push(warning('token', what, 'restart the bot if the token is a new one: it reads it at its start only'));
  }
  if (differing > 0) {
    const what = `${counted(differing, 'difference')} between ${app.name} and what was asked for and approved wait for an owner`;
    found.push(warning('drift', what, 'decide on the card in Slack: /access status names it'));
  }
  if (paused === undefined && first === undefined) found.push(ok('giving', 'neither paused nor held up by a group'));
  return found;
}
