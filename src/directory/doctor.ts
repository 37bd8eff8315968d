/**
 * Examines one app over SCIM: is it there, is it SCIM, does it page, are the role groups what the policy says. Reads only;
 * believes nothing it can look at itself. Refuses to judge who holds what.
 */
import { counted, type Finding, fault, ok, unchecked, unreachable, warning } from '../access/finding.ts';
import type { AppPolicy } from '../access/policy.ts';
import type { Account, AppRecord } from '../access/ports.ts';
import { type Capabilities, type PingResult, type ScimClient, ScimError } from '../scim/index.ts';
import { toAccount } from './account.ts';
import { findGroups, readMembers } from './doctor-groups.ts';
import { examineLearned } from './doctor-learned.ts';
import { type Census, examinePeople, type Holders } from './doctor-people.ts';
import { examineRecord, type UnderWay } from './doctor-record.ts';
import { whyIncomplete } from './everything.ts';

export interface AppExam {
  readonly app: AppPolicy;
  /** Closed by whoever made it. */
  readonly client: ScimClient;
  /** Host and port, the one part of the address that may be shown. */
  readonly host: string;
  /** Nobody wrote `priority`: what the console is set to is not known. */
  readonly priorityAssumed: boolean;
  /** Which service this is: what was learned is true of that one only. */
  readonly service: string;
  /** What Rolecall has on record of the app. `unknown`: could not be read. */
  readonly record: AppRecord | 'unknown';
  readonly underWay: UnderWay;
}

/** Test connection and more, in the order in which one thing needs the other. Never throws for what a server does. */
export async function examineApp(exam: AppExam): Promise<Finding[]> {
  const { app, client, host } = exam;
  const found: Finding[] = [];
  const ping = await client.ping();
  found.push(connection(app, host, ping));
  if (exam.record !== 'unknown') found.push(...examineRecord(app, exam.record, exam.underWay, ping.kind === 'ok'));
  if (ping.kind !== 'ok') {
    found.push(unchecked('the rest', 'groups, accounts and roles can be looked at only when the service answers'));
    return [...found, ...priority(app, exam.priorityAssumed)];
  }
  found.push(await supports(client));
  if (exam.record !== 'unknown') found.push(...examineLearned(exam.record.learned, exam.service));
  const { census, findings } = await takeCensus(client);
  found.push(...findings);
  const holders = new Map<string, Holders>();
  const roles = Object.values(app.roles);
  if (ping.groups === 'forbidden' || ping.groups === 'none') {
    if (roles.length > 0) found.push(noGroups(app, ping.groups));
    for (const role of roles) holders.set(role.key, 'no group');
  } else {
    const groups = await findGroups(exam);
    found.push(...groups.findings);
    for (const role of roles) {
      const id = groups.ids.get(role.key);
      const members = id === undefined ? undefined : await readMembers(exam, role, id);
      holders.set(role.key, members?.holders ?? 'no group');
      found.push(...(members?.findings ?? []));
    }
  }
  found.push(...priority(app, exam.priorityAssumed));
  found.push(...examinePeople(app, census, holders, exam.record === 'unknown' ? 'unknown' : exam.record.claims.length));
  return found;
}

const COPY = 'copy the SCIM base address from the console again: all of it up to, and without, /Users';

/** What a test of the connection found. */
export function connection(app: AppPolicy, host: string, ping: PingResult): Finding {
  switch (ping.kind) {
    case 'ok':
      return ok(
        'connection',
        `${host} speaks SCIM and takes the token${ping.users === undefined ? '' : `; it names ${counted(ping.users, 'account')}`}${app.mode === 'observe' ? '; mode observe: nothing is written' : ''}`,
      );
    case 'bad-token':
      return fault(
        'token',
        `${host} refuses the token (401)`,
        `make a new SCIM token in the console of ${app.name} and set it in place of the old one`,
      );
    case 'forbidden':
      return fault(
        'token',
        `${host} knows the token, but does not let it read accounts (403)`,
        'give the token the right to read and write users and groups',
      );
    case 'wrong-url':
      return fault('address', `${host} answers, but has no accounts at this address (${ping.status})`, COPY);
    case 'not-scim':
      return fault('address', `${host} answers with something that is not SCIM (${ping.status})`, COPY);
    case 'redirected':
      return fault(
        'address',
        `${host} redirects (${ping.status}) where the token must not go`,
        'set the address it redirects to, if it is the service itself',
      );
    case 'tls':
      return unreachable('connection', `no secure connection to ${host} (${ping.code})`, tlsFix(ping.code));
    case 'unreachable':
      return unreachable('connection', ...silence(host, ping.code));
    case 'timeout':
      return unreachable(
        'connection',
        `${host} took too long to answer`,
        'see whether a firewall or proxy stands between, and try again',
      );
    case 'busy':
      return unreachable(
        'connection',
        `${host} asks to be left alone${ping.retryAfter === undefined ? '' : ` for ${Math.ceil(ping.retryAfter / 1000)} s`} (429 or 503)`,
        'try again later',
      );
    case 'server-error':
      return unreachable(
        'connection',
        `${host} fails (${ping.status})`,
        'try again later; if it stays, ask the vendor',
      );
  }
}

function tlsFix(code: string): string {
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired: whoever runs the service must renew it';
  if (code.includes('ALTNAME')) return 'its certificate is for another name: correct the host of the address';
  if (/SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO/.test(code)) {
    return 'its certificate is from an issuer this machine does not know: name the issuer in NODE_EXTRA_CA_CERTS';
  }
  return 'see whether the service really speaks https on this port';
}

function silence(host: string, code: string): [what: string, fix: string] {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [
      `the name in ${host} is not known to DNS (${code})`,
      'correct the host of the address, or the DNS of this machine',
    ];
  }
  if (code === 'ECONNREFUSED') {
    return [
      `nobody listens at ${host} (${code})`,
      'correct host and port, or see whether the service is down or a firewall stands between',
    ];
  }
  return [`${host} cannot be reached (${code})`, 'see whether the network, a proxy or a firewall stands between'];
}

const said = (value: boolean | undefined): string => (value === undefined ? 'not said' : value ? 'yes' : 'no');

/** What it says of itself is advice (RFC 7643 §5): wrong both ways in real servers, so nothing rests on it. */
async function supports(client: ScimClient): Promise<Finding> {
  let known: Capabilities;
  try {
    known = await client.discover();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return unchecked('supports', `what it supports could not be read (${error.message})`);
  }
  const paging = [known.index === true ? 'index' : undefined, known.cursor === true ? 'cursor' : undefined];
  const most = known.maxPageSize ?? known.filterMaxResults;
  const what = [
    `PATCH ${said(known.patch)}`,
    `filter ${said(known.filter)}`,
    `paging ${paging.filter((each) => each !== undefined).join(' and ') || 'not said'}${most === undefined ? '' : `, at most ${most} rows`}`,
    `ETag ${said(known.etag)}`,
  ].join(' · ');
  if (known.patch === false) {
    return warning('supports', what, 'ask the vendor about PATCH: without it no group member can be added or removed');
  }
  if (known.groups === false) {
    return warning('supports', `${what} · groups no`, 'ask the vendor how groups are turned on: roles are groups');
  }
  return ok('supports', what);
}

async function takeCensus(client: ScimClient): Promise<{ census: Census; findings: Finding[] }> {
  const accounts: Account[] = [];
  let pages = 0;
  let failed: string | undefined;
  const listing = client.listUsersAs(toAccount);
  try {
    for await (const page of listing) {
      if (page.items.length > 0) pages += 1;
      accounts.push(...page.items);
    }
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    failed = error.message;
  }
  const verdict = listing.verdict();
  const census = { accounts, complete: verdict.complete };
  if (!verdict.complete) {
    const what = `${whyIncomplete(verdict.why)} (${counted(accounts.length, 'account')} seen${failed === undefined ? '' : `; ${failed}`})`;
    const fix = 'tell the vendor; until it is mended nobody is taken for absent, and such requests wait or are refused';
    return { census, findings: [fault('paging', what, fix)] };
  }
  const what =
    pages > 1
      ? `${counted(accounts.length, 'account')} on ${pages} pages, read to the end`
      : `${counted(accounts.length, 'account')} on one page: there is no second page to try`;
  return { census, findings: [ok('paging', what)] };
}

const noGroups = (app: AppPolicy, why: 'forbidden' | 'none'): Finding =>
  why === 'forbidden'
    ? fault(
        'groups',
        'the token may not read groups (403)',
        'give it the right to read and write groups: roles are groups',
      )
    : fault(
        'groups',
        'there are no groups at this address',
        `turn groups on in the console of ${app.name}: roles are groups`,
      );

/** Where somebody is in both groups the app's own order decides; nobody but a person can read that off its console. */
function priority(app: AppPolicy, assumed: boolean): Finding[] {
  const base = Object.values(app.roles).find((role) => role.base);
  const above = Object.values(app.roles).filter((role) => role.sensitive);
  if (base === undefined || above.length === 0) return [];
  const order = app.priority.join(', ');
  if (assumed) {
    const fix = `look which role the console of ${app.name} puts first and write it as priority: [${order}]`;
    return [fault('priority', 'it is not written which role counts for somebody in both groups', fix)];
  }
  const below = above.filter((role) => app.priority.indexOf(role.key) > app.priority.indexOf(base.key));
  if (below.length > 0) {
    const names = below.map((role) => role.key).join(', ');
    const fix = `put ${names} before ${base.key}, in the console of ${app.name} and in the policy`;
    return [fault('priority', `${base.key} goes before ${names}: whoever is granted ${names} stays ${base.key}`, fix)];
  }
  return [ok('priority', `${order}; the console of ${app.name} must say the same`)];
}
