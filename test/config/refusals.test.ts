/** What a policy file may not say: unknown keys, things of the future, contradictions, secrets, tricks of YAML. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { NOT_YET } from '../../src/config/file-schema.ts';
import {
  FILE_TOKEN,
  faults,
  fileConfig,
  fileFaults,
  inApp,
  ONE_APP,
  policy,
  put,
  SLACK,
  said,
  sound,
  withRules,
} from './given.ts';

const NAME = (name: string) => `$\{${name}}`;

describe('unknown keys', () => {
  it('are refused at their line with the nearest valid key, all at once', () => {
    const text = `version: 1
tmezone: UTC
apps:
  acme:
    profile: generic
    scim: { url: https://acme.example.com, tokn: x, token: "${NAME('ACME_TOKEN')}" }
    owners: [a@example.com, b@example.com]
    seets: 3
    roles:
      admin: { group: Admins, sensitiv: true }
    rules:
      - do: grant
        Role: admin
        duration: { defualt: 4h }
        somethingElse: 1
`;
    expect(fileFaults(text).map(({ where, what, fix }) => `${where} ${what} (${fix})`)).toEqual([
      'access.yml:2 tmezone is an unknown key (did you mean timezone?)',
      'access.yml:6 apps.acme.scim.tokn is an unknown key (did you mean token?)',
      'access.yml:8 apps.acme.seets is an unknown key (did you mean seats?)',
      'access.yml:10 apps.acme.roles.admin.sensitiv is an unknown key (did you mean sensitive?)',
      'access.yml:13 apps.acme.rules[0].Role is an unknown key (did you mean role?)',
      'access.yml:14 apps.acme.rules[0].duration.defualt is an unknown key (did you mean default?)',
      'access.yml:15 apps.acme.rules[0].somethingElse is an unknown key (known here: do, role, who, duration, reason, approve, escalate, lapse)',
    ]);
  });

  it('that belong elsewhere are sent there', () => {
    const [found] = fileFaults(inApp(['lapse'], '4h'));
    expect(found).toMatchObject({
      what: 'apps.acme.lapse is not a key of this block',
      fix: 'it belongs under apps.<app>.rules[]',
    });
    expect(fileFaults(inApp(['auditors'], ['a@example.com']))[0]?.fix).toBe('it belongs at the top of the file');
  });

  it('of every object are not taken for known ones', () => {
    const text = stringify(policy()).replace(
      'version: 1',
      'version: 1\n__proto__: { x: 1 }\nconstructor: 1\ntoString: 1',
    );
    expect(said(fileFaults(text))).toEqual([
      'access.yml:2: __proto__ is an unknown key',
      'access.yml:3: constructor is an unknown key',
      'access.yml:4: toString is an unknown key',
    ]);
    const app = stringify(policy()).replace('  acme:', '  __proto__: 1\n  acme:');
    expect(said(fileFaults(app))).toEqual(['access.yml:3: apps.__proto__ is an unknown key']);
  });
});

describe('what is not carried out yet', () => {
  const places = [[], ['apps', 'acme'], ['apps', 'acme', 'rules', 0], ['apps', 'acme', 'rules', 0, 'approve', 0]];
  const base = withRules({ do: 'grant', approve: [{ by: 'owners' }] });
  for (const key of NOT_YET) {
    it(`refuses ${key} by name wherever it stands`, () => {
      for (const place of places) {
        const found = fileFaults(put(base, [...place, key], '1h'));
        expect(
          found.map(({ what }) => what.endsWith(`${key} is not available yet`)),
          place.join('.'),
        ).toEqual([true]);
      }
    });
  }

  it('covers every key of the design that has no meaning here', () => {
    const design =
      'delegation breakGlass warnBefore undo retention limits guests applyWithin count silent extend hours remind notify';
    expect(NOT_YET).toEqual(expect.arrayContaining(design.split(' ')));
  });

  it('refuses a permanent grant, but lets permanent: false stand', () => {
    const rule = (permanent: unknown) => withRules({ do: 'grant', duration: { permanent } });
    expect(said(fileFaults(rule(true)))).toEqual([
      'access.yml:21: apps.acme.rules[0].duration.permanent is not available yet',
    ]);
    expect(fileConfig(rule(false)).policy.apps.acme?.rules[0]?.duration).not.toHaveProperty('permanent');
  });

  it('refuses several steps of approval', () => {
    const found = fileFaults(withRules({ do: 'grant', approve: [{ by: 'manager' }, { by: 'owners' }] }));
    expect(said(found)).toEqual([
      'access.yml:20: apps.acme.rules[0].approve has several steps, which are not available yet',
    ]);
  });

  it('refuses an approval by nobody', () => {
    expect(said(fileFaults(withRules({ do: 'grant', approve: [] })))).toEqual([
      'access.yml:20: apps.acme.rules[0].approve names nobody',
    ]);
  });
});

describe('contradictions', () => {
  const refused = (file: unknown) => fileFaults(file).map(({ what }) => what);

  it('two roles with one group are refused, however it is spelled', () => {
    expect(refused(inApp(['roles', 'member', 'group'], 'ADMINS'))).toEqual([
      'apps.acme.roles.member.group is the group of the role admin too',
    ]);
  });

  it('two base roles are refused', () => {
    const second = inApp(['roles', 'guest'], { group: 'Guests', base: true });
    expect(refused(second)).toEqual(['apps.acme.roles.guest.base is a second base role beside member']);
  });

  it('a base role that is sensitive is refused', () => {
    expect(refused(inApp(['roles', 'member', 'sensitive'], true))).toEqual([
      'apps.acme.roles.member.sensitive makes the role everybody has a sensitive one',
    ]);
  });

  it('two rules for one action and role are refused, whoever may ask', () => {
    const file = withRules(
      { do: 'grant', role: 'admin', who: ['a@example.com'] },
      { do: 'grant' },
      { do: 'revoke', role: 'admin' },
      { do: 'grant', role: 'admin', who: ['b@example.com'] },
      { do: 'grant' },
    );
    expect(refused(file)).toEqual([
      'apps.acme.rules[3] is for the same action and role as rules[0]',
      'apps.acme.rules[4] is for the same action and role as rules[1]',
    ]);
  });

  it('a duration whose default is outside of min and max is refused, with the defaults counted', () => {
    expect(refused(withRules({ do: 'grant', duration: { max: '2h' } }))).toEqual([
      'apps.acme.rules[0].duration has default 4h above max 2h',
    ]);
    expect(refused(withRules({ do: 'grant', duration: { min: '300m' } }))).toEqual([
      'apps.acme.rules[0].duration has min 5h above default 4h',
    ]);
    expect(refused(withRules({ do: 'grant', duration: { default: '2d', max: '2d' } }))).toEqual([]);
  });

  it('keys without a meaning for the action are refused', () => {
    expect(refused(withRules({ do: 'revoke', duration: { max: '4h' } }))).toEqual([
      'apps.acme.rules[0].duration has no meaning for revoke',
    ]);
    expect(refused(withRules({ do: 'provision', role: 'admin' }))).toEqual([
      'apps.acme.rules[0].role has no meaning for provision',
    ]);
    expect(refused(withRules({ do: 'grant', role: 'member' }))).toEqual([
      'apps.acme.rules[0].role is the base role, which nobody is granted',
    ]);
  });

  it('a link needs what it is made from', () => {
    const link = 'https://t.example.com/{1}';
    expect(refused(withRules({ do: 'grant', reason: { link } }))).toEqual([
      'apps.acme.rules[0].reason.link has nothing to be made from',
    ]);
    expect(refused(withRules({ do: 'grant', reason: { link, matches: '\\d+' } }))).toEqual([
      'apps.acme.rules[0].reason.link asks for a group that matches: does not have',
    ]);
    expect(refused(withRules({ do: 'grant', reason: { link, matches: '(\\d+)' } }))).toEqual([]);
  });

  it('a person twice, or as the own manager, is refused', () => {
    const people = [
      { slack: 'U0AAA', email: 'a@example.com', manager: 'A+boss@example.com' },
      { slack: 'U0AAA', email: 'A@example.com' },
    ];
    expect(refused({ ...policy(), people })).toEqual([
      'people[0].manager is the same person',
      'people[1].slack belongs to an earlier entry too',
      'people[1].email belongs to an earlier entry too',
    ]);
  });

  it('names the manager source that exists', () => {
    const two = put(inApp(['managerSource'], 'peaple'), ['apps', 'people'], {
      ...policy().apps.acme,
      scim: policy().apps.acme.scim,
    });
    expect(fileFaults(two)).toMatchObject([
      { what: 'apps.acme.managerSource is no other app', fix: 'did you mean people?' },
    ]);
    expect(fileConfig(put(two, ['apps', 'acme', 'managerSource'], 'people')).policy.apps.acme?.managerSource).toBe(
      'people',
    );
  });

  it('names of apps and roles keep out of the way of the command', () => {
    for (const key of ['for', 'me', 'Acme', '1st', 'a b', 'x'.repeat(32), 'größe']) {
      const text = stringify(policy()).replace('  acme:', `  ${JSON.stringify(key)}:`);
      expect(
        fileFaults(text).map(({ what }) => what.endsWith('is not a usable name')),
        key,
      ).toEqual([true]);
    }
  });

  it('are found beside faults of single values', () => {
    const file = put(
      withRules({ do: 'grant', role: 'admn' }, { do: 'grant', lapse: 'x' }),
      ['apps', 'acme', 'seats'],
      'x',
    );
    expect(refused(put(file, ['apps', 'acme', 'priority'], ['x']))).toEqual([
      'apps.acme.rules[0].role is no role of this app',
      'apps.acme.rules[1].lapse is not such a duration',
      'apps.acme.seats is not such a number',
      'apps.acme.priority[0] is no role of this app',
    ]);
  });

  it('are not made up from values that could not be read', () => {
    expect(refused(withRules({ do: 'grant' }, { do: 'grant', role: 7 }))).toEqual([
      'apps.acme.rules[1].role is not a plain text on one line',
    ]);
  });
});

describe('warnings', () => {
  const warned = (file: unknown) => said(fileConfig(file).warnings);

  it('say what a single owner cannot have', () => {
    expect(warned(inApp(['owners'], ['only@example.com', 'only+two@example.com']))).toEqual([
      expect.stringMatching(/^access\.yml:\d+: apps\.acme\.owners names one person: .*refused.*provision, enable/),
    ]);
    expect(warned(inApp(['owners'], ['only@example.com', 'usergroup:S0MORE']))).toEqual([]);
    expect(said(sound({ ...SLACK, ...ONE_APP, APP_OWNERS: 'only@example.com' }).warnings)).toEqual([
      expect.stringMatching(/^APP_OWNERS: names one person/),
    ]);
  });

  it('say that nobody can be provisioned without a domain', () => {
    expect(warned(inApp(['owners'], ['usergroup:S0MORE']))).toEqual([
      'access.yml:3: apps.acme has neither domains nor an owner with an e-mail: nobody can be provisioned',
    ]);
  });

  it('say that a request is closed before it escalates', () => {
    expect(warned(withRules({ do: 'grant', lapse: '4h' }))).toEqual([
      'access.yml:19: apps.acme.rules[0] closes unanswered requests after 4h, before it escalates',
    ]);
    expect(warned(withRules({ do: 'grant', lapse: '4h', escalate: { after: '2h' } }))).toEqual([]);
  });

  it('say which variables of the single-app form a file puts aside', () => {
    const env = { SCIM_URL: 'https://x.example.com', ACME_TOKEN: undefined, SCIM_TOKEN: 'scim-token-of-acme-corp' };
    const file = inApp(['scim', 'token'], NAME('SCIM_TOKEN'));
    expect(said(fileConfig(file, env).warnings)).toEqual([
      'SCIM_URL: is not used, because access.yml describes the apps',
    ]);
  });
});

describe('variables and secrets in the file', () => {
  it('a variable that is not set is named', () => {
    const found = fileFaults(inApp(['scim'], { url: NAME('ACME_URL'), token: NAME('ACME_TOKEN') }), {
      ACME_TOKEN: ' ',
    });
    expect(said(found)).toEqual([
      'access.yml:6: apps.acme.scim.url needs the variable ACME_URL, which is not set',
      'access.yml:7: apps.acme.scim.token needs the variable ACME_TOKEN, which is not set',
    ]);
  });

  it('a variable may stand inside a text, and its value is read like any other', () => {
    const file = inApp(['scim', 'url'], `https://${NAME('HOSTED')}/scim`);
    expect(fileConfig(file, { HOSTED: 'acme.example.com' }).scim.acme?.url).toBe('https://acme.example.com/scim');
    expect(said(fileFaults(file, { HOSTED: 'a b' }))).toEqual([
      'access.yml:6: apps.acme.scim.url is not a usable address',
    ]);
  });

  it('a value from the environment is not read as YAML or as a variable again', () => {
    const file = inApp(['name'], NAME('APP_TITLE'));
    expect(fileConfig(file, { APP_TITLE: `a: [${NAME('HOME')}]` }).policy.apps.acme?.name).toBe(`a: [${NAME('HOME')}]`);
  });

  it('what only looks like a variable is refused', () => {
    for (const text of [`$\{`, `$\{}`, `$\{A-B}`, `$\{A:-x}`, `$\{ A }`]) {
      expect(
        fileFaults(inApp(['name'], text)).map(({ what }) => what),
        text,
      ).toEqual([`apps.acme.name has a $\{ that names no variable`]);
    }
  });

  it('a token in the file is refused, unseen', () => {
    for (const token of ['literal', `x${NAME('ACME_TOKEN')}`, `${NAME('ACME_TOKEN')}${NAME('ACME_TOKEN')}`]) {
      expect(fileFaults(inApp(['scim', 'token'], token)).map(({ what }) => what)).toEqual([
        `apps.acme.scim.token should be "${NAME('NAME')}"`,
      ]);
    }
  });

  it('what looks like a secret is refused wherever it stands, comments included', () => {
    const secrets = [
      'xoxb-123-456-abc',
      'xapp-1-A1-2-def',
      'xoxp-1-2-3',
      'xoxe.xoxp-1-abcd',
      'Bearer abcdefghijk',
      'eyJhbGciOiJI.eyJzdWIiOiIx',
      'pplx-0123456789abcdefgh',
      '8f742231b10e8888abcd99ffffff85a5',
    ];
    for (const secret of secrets) {
      for (const text of [`# ${secret}\n`, `timezone: "${secret}"\n`, `"${secret}": 1\n`]) {
        const found = fileFaults(`${text}${stringify(policy())}`);
        expect(found[0], secret).toMatchObject({
          where: 'access.yml:1',
          what: 'holds something that looks like a secret',
        });
        expect(JSON.stringify(found)).not.toContain(secret);
      }
    }
  });

  it('long names, ids and addresses are no secrets', () => {
    const file = put(
      inApp(['roles', 'admin', 'group'], 'PPLX-Enterprise-Admins-Production-EU-West-2'),
      ['apps', 'acme', 'scim', 'url'],
      'https://a.example.com/scim/550e8400-e29b-41d4-a716-446655440000/v2',
    );
    expect(fileFaults(file)).toEqual([]);
  });

  it('a secret variable may stand in token only', () => {
    const welcome = (name: string) =>
      fileFaults(inApp(['welcome'], `Hello ${NAME(name)}`), { OTHER: 'xoxb-sneaked-in', SCIM_TOKEN: 'of-another-app' });
    for (const name of ['ACME_TOKEN', 'SLACK_BOT_TOKEN', 'SCIM_TOKEN', 'OTHER']) {
      expect(said(welcome(name))).toEqual([`access.yml:18: apps.acme.welcome would show the secret ${name}`]);
    }
  });
});

describe('the text of the file', () => {
  const broken = {
    'two documents': 'version: 1\n---\nversion: 1\n',
    'a key twice': 'version: 1\nversion: 1\n',
    'an alias': 'version: &one 1\napps: *one\n',
    'a tag': 'version: !!js/function 1\n',
    'an open quote': 'version: "1\n',
    'a tab': 'version: 1\napps:\n\tacme: 1\n',
    'an open bracket': 'apps: [a, b\n',
    'no YAML at all': '{{{{ %%% : : :',
    'a key that is a list': '? [a, b]\n: 1\n',
  };
  for (const [what, text] of Object.entries(broken)) {
    it(`with ${what} is refused with a line, and none of it is repeated`, () => {
      const found = fileFaults(text);
      expect(found.length).toBeGreaterThan(0);
      for (const { where } of found) expect(where).toMatch(/^access\.yml:\d+$/);
      expect(JSON.stringify(found)).not.toContain('%%%');
    });
  }

  it('says everything where it stands: no alias, no tag, no merge, even where the values would be right', () => {
    const app = (name: string, more = '') =>
      stringify(policy()).replace('  acme:', `  acme:\n    name: ${name}${more}`);
    expect(said(fileFaults(app('&title Acme', '\n    welcome: *title')))).toEqual([
      'access.yml:5: apps.acme.welcome uses an alias (*…)',
    ]);
    expect(said(fileFaults(app('!title Acme')))).toEqual(['access.yml:4: uses a tag (!…)']);
    expect(said(fileFaults(app('Acme', '\n    <<: { mode: observe }')))).toEqual([
      'access.yml:5: apps.acme.<< is an unknown key',
    ]);
  });

  it('may be nested or long beyond reason without harm', () => {
    expect(fileFaults('['.repeat(200_000)).length).toBeGreaterThan(0);
    expect(fileFaults('a:\n '.repeat(30_000)).length).toBeGreaterThan(0);
    expect(fileFaults(`${'- x\n'.repeat(500_000)}`).length).toBeGreaterThan(0);
  });

  it('does not turn yes and no into true and false', () => {
    expect(said(fileFaults(inApp(['exclusive'], 'no')))).toEqual([
      'access.yml:18: apps.acme.exclusive is not true or false',
    ]);
  });

  it('with very many faults is answered with a bounded list and their number', () => {
    const found = fileFaults({ ...policy(), people: Array.from({ length: 400 }, () => ({ email: 'x' })) });
    expect(found).toHaveLength(101);
    expect(found.at(-1)?.what).toBe('has 300 more faults');
  });

  it('has its name in every fault, whatever it is', () => {
    const found = faults(
      { ...SLACK, ...FILE_TOKEN, ROLECALL_CONFIG: 'etc/policy.yml' },
      { 'etc/policy.yml': 'version: 2\napps: {}\n' },
    );
    expect(found.map(({ where }) => where)).toEqual(['etc/policy.yml:1', 'etc/policy.yml:2']);
  });

  it('is preferred to the variables, and must be there when it is named', () => {
    expect(sound({ ...SLACK, ...ONE_APP, ...FILE_TOKEN }, { 'access.yml': stringify(policy()) }).source).toBe('file');
    const missing = faults(
      { ...SLACK, ...ONE_APP, ROLECALL_CONFIG: 'gone.yml' },
      { 'access.yml': stringify(policy()) },
    );
    expect(said(missing)).toEqual(['ROLECALL_CONFIG: names a file that is not there']);
    const unusable = faults(
      { ...SLACK, ...ONE_APP },
      { 'access.yml': { kind: 'unusable', why: 'is larger than 1 MiB' } },
    );
    expect(said(unusable)).toEqual(['access.yml: is larger than 1 MiB']);
  });
});
