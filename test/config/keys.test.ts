/** Every key of the policy file: a wrong value is refused at its line, a right one arrives in the Policy. */
import { describe, expect, it } from 'vitest';
import { LineCounter, parseDocument, stringify } from 'yaml';
import { policyKeys } from '../../src/config/file-schema.ts';
import { fileConfig, fileFaults, policy, put, said } from './given.ts';

const H = 3_600_000;

/** A full policy, every key with a value of its own. */
const FULL = {
  version: 1,
  timezone: 'Europe/Berlin',
  auditors: ['Auditor@example.com'],
  people: [{ slack: 'U0REQUESTER', email: 'requester@example.com', manager: 'manager@example.com' }],
  profiles: {
    own: {
      like: 'perdoo',
      activeForm: 'object',
      removeForm: 'valuePath',
      opCase: 'capital',
      memberType: true,
      membersReadable: 'no',
      memberFilter: 'none',
      membershipSource: 'user',
      batchSize: 1,
      pageSize: 50,
      paging: 'cursor',
      contentType: 'application/json',
      authPrefix: 'none',
      usePut: false,
      search: 'yes',
      emailFilter: 'none',
      familyNameFiller: '-',
      groupCreate: false,
      attributes: {
        userName: 'userName',
        externalId: 'externalId',
        givenName: 'name.givenName',
        familyName: 'name.familyName',
        displayName: 'displayName',
        email: 'emails[type eq "work"].value',
        title: 'title',
        department: 'urn:example:acme:1.0:User:department',
        managerId: 'manager',
      },
      deactivation: 'reversible',
      sendsInvitation: true,
      lockedInConsole: true,
      scope: 'assigned',
      settlesWithin: '40m',
      writesPerMinute: 30,
    },
  },
  apps: {
    acme: {
      name: 'Acme',
      profile: 'own',
      scim: { url: 'https://acme.example.com/scim', token: '$' + '{ACME_TOKEN}' },
      mode: 'observe',
      owners: ['owner@example.com', 'usergroup:S0OWNERS'],
      keep: ['keep@example.com'],
      domains: ['example.net'],
      seats: 12,
      loginUrl: 'https://acme.example.com/login',
      welcome: 'Welcome.\nLog in.',
      managerSource: 'self',
      roles: {
        member: { group: 'Members', base: true },
        admin: { group: 'Admins', sensitive: true, managedBy: 'idp' },
        auditor: { group: 'Auditors' },
      },
      exclusive: true,
      priority: ['admin'],
      rules: [
        {
          do: 'grant',
          role: 'admin',
          who: ['manager', 'usergroup:S0LEADS'],
          duration: { default: '2h', min: '30m', max: '1d', permanent: false },
          reason: { required: true, matches: '(INC|CHG)-\\d+', link: 'https://tickets.example.com/{1}/{0}' },
          approve: [{ by: ['owners', 'U0DECIDER'] }],
          escalate: { after: '90m', to: ['boss@example.com'] },
          lapse: '2d',
        },
        { do: 'revoke', who: 'anyone', approve: [{ by: 'manager' }] },
        { do: 'grant', reason: { required: false } },
      ],
    },
  },
};

const { like: _like, ...OWN_FIELDS } = FULL.profiles.own;

/** For every key a value that must be refused, written as in the schema. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  version: [2, '1', null],
  timezone: ['Europe/Berln', '+01:00', 'Mars/Base', 7],
  auditors: ['auditor@example.com', ['not an e-mail'], []],
  'people[].slack': ['requester', 'u0requester', 'usergroup:S0X', 7],
  'people[].email': ['requester', 'a b@example.com', 'a@localhost', '@example.com', '<a@example.com>', undefined],
  'people[].manager': ['Mia Manager', 'requester+tag@example.com'],
  'profiles.<profile>.like': ['okta', 'own', undefined],
  'profiles.<profile>.activeForm': ['paths', true],
  'profiles.<profile>.removeForm': ['valuepath', 'entraValue'],
  'profiles.<profile>.opCase': ['upper'],
  'profiles.<profile>.memberType': ['User', 'yes'],
  'profiles.<profile>.membersReadable': [true, 'maybe'],
  'profiles.<profile>.memberFilter': ['members.valu', false],
  'profiles.<profile>.membershipSource': ['groups', 7],
  'profiles.<profile>.batchSize': [0, 1001, '10', 1.5],
  'profiles.<profile>.pageSize': [0, 1001, '50'],
  'profiles.<profile>.paging': ['offset'],
  'profiles.<profile>.contentType': ['text/html', 'json'],
  'profiles.<profile>.authPrefix': ['Basic'],
  'profiles.<profile>.usePut': ['no', 1],
  'profiles.<profile>.search': [true],
  'profiles.<profile>.emailFilter': ['trust'],
  'profiles.<profile>.familyNameFiller': ['', 7, 'x'.repeat(41)],
  'profiles.<profile>.groupCreate': ['no'],
  'profiles.<profile>.attributes.userName': ['user name', 7],
  'profiles.<profile>.attributes.externalId': [''],
  'profiles.<profile>.attributes.givenName': ['name.', 'name.given.Name'],
  'profiles.<profile>.attributes.familyName': ['.familyName'],
  'profiles.<profile>.attributes.displayName': ['display/Name'],
  'profiles.<profile>.attributes.email': ['emails[type eq "work".value', 'emails[]'],
  'profiles.<profile>.attributes.title': [['title'], true],
  'profiles.<profile>.attributes.department': ['urn:', 'urn:example:acme:', 'x'.repeat(257)],
  'profiles.<profile>.attributes.managerId': ['1manager'],
  'profiles.<profile>.deactivation': ['delete'],
  'profiles.<profile>.sendsInvitation': ['yes'],
  'profiles.<profile>.scope': ['all'],
  'profiles.<profile>.lockedInConsole': ['no'],
  'profiles.<profile>.settlesWithin': [40, '40', '8d', '0m'],
  'profiles.<profile>.writesPerMinute': [0, 6001, '30'],
  'apps.<app>.name': [7, 'x'.repeat(81), 'two\nlines', 'right\u202eleft'],
  'apps.<app>.profile': ['okta', 'Own', 7, '', 'constructor', undefined],
  'apps.<app>.scim.url': ['http://acme.example.com/scim', 'acme', undefined],
  'apps.<app>.scim.token': ['a literal token', '$' + '{ACME_TOKEN}x', undefined],
  'apps.<app>.mode': ['dry-run', true],
  'apps.<app>.owners': [[], 'owner@example.com', ['owner'], ['usergroup:owners'], undefined],
  'apps.<app>.keep': [['break-glass'], 'keep@example.com'],
  'apps.<app>.domains': [['*.example.com'], ['localhost'], 'example.com'],
  'apps.<app>.seats': [0, 1.5, '120', -3],
  'apps.<app>.loginUrl': ['http://acme.example.com', 'acme'],
  'apps.<app>.welcome': ['', 'x'.repeat(1001), 'bell\u0007'],
  'apps.<app>.managerSource': ['slef', 'acme', 'pearset', 'constructor'],
  'apps.<app>.roles.<role>.group': ['', 7, 'admins', undefined],
  'apps.<app>.roles.<role>.sensitive': ['yes', 1, true],
  'apps.<app>.roles.<role>.base': ['yes'],
  'apps.<app>.roles.<role>.managedBy': ['okta'],
  'apps.<app>.exclusive': ['no', 0],
  'apps.<app>.priority': [['admn'], ['admin', 'admin'], 'admin', ['toString']],
  'apps.<app>.rules[].do': ['delete', 'give', undefined],
  'apps.<app>.rules[].role': ['admn', 'member', 7],
  'apps.<app>.rules[].who': ['anyon', 'owners', ['everybody'], []],
  'apps.<app>.rules[].duration.default': [4, '4', '4 h', '1.5h', '0h', '366d', '31m 2s'],
  'apps.<app>.rules[].duration.min': ['half an hour', '-1h'],
  'apps.<app>.rules[].duration.max': ['forever', '1w'],
  'apps.<app>.rules[].duration.permanent': [true, 'no'],
  'apps.<app>.rules[].reason.required': ['yes'],
  'apps.<app>.rules[].reason.matches': ['(a+)+', '(', '(a)\\1', '(?=a)', 'x'.repeat(201)],
  'apps.<app>.rules[].reason.link': [
    'https://tickets.example.com/',
    'http://t.example.com/{0}',
    'https://{0}/x',
    'https://t.example.com/{2}',
    'https://t.example.com/{x}',
  ],
  'apps.<app>.rules[].approve[].by': ['nobody', ['self'], [], 'owner@example.com', undefined],
  'apps.<app>.rules[].escalate.after': ['8', '8d'],
  'apps.<app>.rules[].escalate.to': ['boss', []],
  'apps.<app>.rules[].lapse': ['24', '8d'],
};

const concrete = (path: readonly string[]) =>
  path.map((part) => ({ '<app>': 'acme', '<role>': 'member', '<profile>': 'own', '[]': 0 })[part] ?? part);
const dotted = (path: readonly string[]) => path.join('.').replaceAll('.[]', '[]');

describe('each key', () => {
  it('is in the table of wrong values', () => {
    expect(Object.keys(WRONG)).toEqual(policyKeys().map(({ path }) => dotted(path)));
  });

  for (const { path } of policyKeys()) {
    for (const value of WRONG[dotted(path)] ?? []) {
      it(`${dotted(path)} is refused as ${JSON.stringify(value)?.slice(0, 40) ?? 'absent'}`, () => {
        const wrong = put(FULL, concrete(path), value);
        const found = fileFaults(wrong);
        const name = concrete(path)
          .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
          .join('')
          .slice(1);
        expect(found.length).toBeGreaterThan(0);
        // A group that two roles share is found at the later one, a base role that is granted at the rule.
        const later = dotted(path).endsWith('.group') && value === 'admins' ? 'apps.acme.roles.admin.group' : name;
        for (const { what, fix } of found) {
          expect(what.startsWith(later), what).toBe(true);
          expect(fix).not.toBe('');
        }
      });
    }
  }

  it('arrives in the Policy', () => {
    const config = fileConfig(FULL);
    expect(config.source).toBe('file');
    expect(config.warnings).toEqual([]);
    expect(config.scim).toEqual({
      acme: {
        url: 'https://acme.example.com/scim',
        token: 'scim-token-of-acme-corp',
        profile: { ...OWN_FIELDS, name: 'own', settlesWithin: (2 * H) / 3 },
        service: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(config.policy).toEqual({
      timezone: 'Europe/Berlin',
      auditors: ['auditor@example.com'],
      people: [{ slack: 'U0REQUESTER', email: 'requester@example.com', manager: 'manager@example.com' }],
      apps: {
        acme: {
          key: 'acme',
          name: 'Acme',
          profile: 'own',
          traits: {
            updates: ['givenName', 'familyName', 'displayName', 'title', 'department', 'email', 'userName', 'manager'],
            invites: true,
            settlesWithin: (2 * H) / 3,
            createsGroups: false,
            assignedOnly: true,
            lockedInConsole: true,
          },
          mode: 'observe',
          owners: [
            { kind: 'email', email: 'owner@example.com' },
            { kind: 'usergroup', id: 'S0OWNERS' },
          ],
          keep: ['keep@example.com'],
          domains: ['example.net'],
          seats: 12,
          loginUrl: 'https://acme.example.com/login',
          welcome: 'Welcome.\nLog in.',
          managerSource: 'self',
          roles: {
            admin: { key: 'admin', group: 'Admins', sensitive: true, base: false, managedBy: 'idp' },
            auditor: { key: 'auditor', group: 'Auditors', sensitive: false, base: false, managedBy: 'rolecall' },
            member: { key: 'member', group: 'Members', sensitive: false, base: true, managedBy: 'rolecall' },
          },
          exclusive: true,
          priority: ['admin', 'auditor', 'member'],
          rules: [
            {
              do: 'grant',
              role: 'admin',
              who: ['manager', { kind: 'usergroup', id: 'S0LEADS' }],
              duration: { default: 2 * H, min: H / 2, max: 24 * H },
              reason: { required: true, matches: '(INC|CHG)-\\d+', link: 'https://tickets.example.com/{1}/{0}' },
              approve: [{ by: ['owners', { kind: 'slack', user: 'U0DECIDER' }] }],
              escalateAfter: 1.5 * H,
              escalateTo: [{ kind: 'email', email: 'boss@example.com' }],
              lapse: 48 * H,
            },
            {
              do: 'revoke',
              who: 'anyone',
              duration: { default: 4 * H, min: H / 4, max: 24 * H },
              reason: { required: false },
              approve: [{ by: 'manager' }],
              escalateAfter: 8 * H,
              escalateTo: 'owners',
              lapse: 24 * H,
            },
            {
              do: 'grant',
              who: 'anyone',
              duration: { default: 4 * H, min: H / 4, max: 24 * H },
              reason: { required: false },
              approve: [{ by: 'manager' }],
              escalateAfter: 8 * H,
              escalateTo: 'owners',
              lapse: 24 * H,
            },
          ],
        },
      },
      hours: { days: [1, 2, 3, 4, 5], from: 9, to: 18 },
      limits: { open: 5, perDay: 10 },
      applyWithin: H,
    });
  });

  it('that is wrong is named at its own line', () => {
    for (const { path } of policyKeys()) {
      const value = WRONG[dotted(path)]?.find((each) => each !== undefined && each !== null && !Array.isArray(each));
      if (value === undefined || dotted(path).endsWith('.group')) continue;
      const text = stringify(put(FULL, concrete(path), value), { lineWidth: 0 });
      const counter = new LineCounter();
      const document = parseDocument(text, { lineCounter: counter, keepSourceTokens: true });
      const node: unknown = document.getIn(concrete(path), true);
      const range =
        typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range : [];
      const start: unknown = range[0];
      const line = counter.linePos(typeof start === 'number' ? start : -1).line;
      expect(line, dotted(path)).toBeGreaterThan(0);
      expect(new Set(fileFaults(text).map(({ where }) => where)), dotted(path)).toEqual(
        new Set([`access.yml:${line}`]),
      );
    }
  });
});

describe('what is left out of a policy file', () => {
  it('takes the defaults of the schema', () => {
    const app = fileConfig(policy()).policy.apps.acme;
    expect(app).toMatchObject({
      name: 'acme',
      mode: 'live',
      keep: [],
      domains: ['example.com'],
      managerSource: 'self',
      exclusive: false,
      priority: ['admin', 'member'],
      rules: [],
    });
    expect(app).not.toHaveProperty('seats');
    expect(said(fileFaults(put(policy(), ['apps'], {})))).toEqual(['access.yml:2: apps is empty']);
  });

  it('is complained about at the block it belongs to', () => {
    const text = 'version: 1\napps:\n  acme:\n    profile: generic\n';
    expect(said(fileFaults(text))).toEqual([
      'access.yml:3: apps.acme.scim is missing',
      'access.yml:3: apps.acme.owners is missing',
      'access.yml:3: apps.acme.roles is missing',
    ]);
    expect(said(fileFaults('version: 1\n'))).toEqual(['access.yml:1: apps is missing']);
    expect(said(fileFaults(''))).toEqual(['access.yml:1: is empty']);
    expect(said(fileFaults('- a list\n'))).toEqual(['access.yml:1: should be a block of keys']);
  });
});
