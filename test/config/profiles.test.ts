/** Profiles an operator writes: what they become, what is wrong with them, and what is said of their risks. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type FieldDoc, PROFILE_FIELDS, PROFILES } from '../../src/scim/index.ts';
import { check, FILE_TOKEN, fileConfig, fileFaults, inApp, put, SLACK, said, withRules } from './given.ts';

/** A policy with this profile, and its app using it. */
const using = (profile: unknown, name = 'own') => put(inApp(['profile'], name), ['profiles', name], profile);

/** Warnings of a sound policy, `where what`. */
function warnings(file: unknown): string[] {
  const result = check({ ...SLACK, ...FILE_TOKEN }, { 'access.yml': stringify(file, { lineWidth: 0 }) });
  if (!result.ok) throw new Error(said(result.faults).join('; '));
  return result.warnings.map(({ what }) => what);
}

describe('a written profile', () => {
  it('is the published one with other values, also for the rules of access', () => {
    const { policy, scim } = fileConfig(using({ like: 'perplexity', batchSize: 7, settlesWithin: '2h' }));
    expect(scim.acme?.profile).toEqual({
      ...PROFILES.perplexity,
      name: 'own',
      batchSize: 7,
      settlesWithin: 7_200_000,
    });
    expect(policy.apps.acme).toMatchObject({ profile: 'own', traits: { settlesWithin: 7_200_000, updates: [] } });
  });

  it('replaces the whole list of attributes, and may empty it', () => {
    const updates = (attributes: unknown) =>
      fileConfig(using({ like: 'perdoo', attributes })).policy.apps.acme?.traits.updates;
    expect(updates({ managerId: 'manager', title: 'title' })).toEqual(['title', 'manager']);
    expect(updates({})).toEqual([]);
    expect(updates(undefined)).toHaveLength(8);
  });

  it('says all that is wrong with it at once, each at its line with the nearest key or word', () => {
    const text = `version: 1
profiles:
  own:
    lik: generic
    pagesize: 50
    removeForm: valuepath
    batchSize: 0
    attributes:
      manager: manager
      titel: title
  generic: { like: perdoo }
  Own: { like: generic }
  constructor: { like: generic }
apps:
  acme:
    profile: onw
    scim: { url: https://acme.example.com/scim, token: "$\{ACME_TOKEN}" }
    owners: [a@example.com, b@example.com]
    roles: {}
`;
    expect(fileFaults(text).map(({ where, what, fix }) => `${where} ${what} (${fix})`)).toEqual([
      'access.yml:3 profiles.own.like is missing (write one of perplexity, perdoo, pearset, generic)',
      'access.yml:4 profiles.own.lik is an unknown key (did you mean like?)',
      'access.yml:5 profiles.own.pagesize is an unknown key (did you mean pageSize?)',
      'access.yml:6 profiles.own.removeForm is not a known word (did you mean valuePath?)',
      'access.yml:7 profiles.own.batchSize is not such a number (write a whole number from 1 to 1000)',
      'access.yml:9 profiles.own.attributes.manager is an unknown key (did you mean managerId?)',
      'access.yml:10 profiles.own.attributes.titel is an unknown key (did you mean title?)',
      'access.yml:11 profiles.generic has the name of a published profile (choose another name, and write like: generic)',
      'access.yml:12 profiles.Own is not a usable name (begin with a small letter; then small letters, digits, - and _; at most 31 of them, and no word of the command (for, until, me …))',
      'access.yml:16 apps.acme.profile is no profile that is known (did you mean own?)',
    ]);
  });

  it('is looked for among the published ones and those of the file when its name is mistyped', () => {
    const fix = (name: string) =>
      fileFaults(put(using({ like: 'generic' }), ['apps', 'acme', 'profile'], name))[0]?.fix;
    expect(fix('perplexty')).toBe('did you mean perplexity?');
    expect(fix('okta')).toBe('write one of perplexity, perdoo, pearset, generic, own');
  });

  it('that no app uses is worth a warning', () => {
    expect(warnings(put(using({ like: 'generic' }), ['profiles', 'other'], { like: 'generic' }))).toEqual([
      'profiles.other is used by no app',
    ]);
  });

  it('that could never remove anybody is refused', () => {
    for (const more of [{ membersReadable: 'no' }, { membershipSource: 'user' }]) {
      const [found, ...others] = fileFaults(using({ like: 'generic', removeForm: 'entraValue', ...more }));
      expect(found?.what).toMatch(/^profiles\.own\.removeForm \(entraValue\) is sent only where/);
      expect(others).toEqual([]);
    }
    expect(fileFaults(using({ like: 'generic', removeForm: 'entraValue' }))).toEqual([]);
  });
});

describe('a value that can do harm', () => {
  const risky = Object.entries<FieldDoc>(PROFILE_FIELDS).flatMap(([field, { risks = [] }]) =>
    risks.map(({ value }) => ({ field, value })),
  );

  it('is one of those that vouch for a service, replace more than was asked for, or cannot be undone', () => {
    expect(risky.map(({ field, value }) => `${field}: ${value}`)).toEqual([
      'removeForm: entraValue',
      'membersReadable: yes',
      'memberFilter: members.value',
      'memberFilter: members',
      'usePut: true',
      'emailFilter: trusted',
      'deactivation: deletes',
    ]);
  });

  it.each(risky)('is warned of with what it risks: $field $value', ({ field, value }) => {
    const [told, ...others] = warnings(using({ like: 'generic', [field]: value }));
    expect(told).toContain(`profiles.own.${field} (${value}) `);
    expect(told?.length).toBeGreaterThan(60);
    expect(others).toEqual([]);
  });

  it('is not warned of where the published profile has it, too', () => {
    expect(warnings(using({ like: 'perplexity', membersReadable: 'yes' }))).toEqual([]);
  });
});

describe('the digests', () => {
  const all = (file: unknown) => {
    const { digest, scim } = fileConfig(file);
    return { digest, service: scim.acme?.service };
  };

  it('change with any field of the profile, and not with its order or what is as before anyway', () => {
    const first = all(using({ like: 'generic', pageSize: 50, batchSize: 5 }));
    expect(all(using({ batchSize: 5, pageSize: 50, usePut: false, like: 'generic' }))).toEqual(first);
    const other = all(using({ like: 'generic', pageSize: 51, batchSize: 5 }));
    expect(other.digest).not.toBe(first.digest);
    expect(other.service).not.toBe(first.service);
  });

  it('of the service are the same whatever the token, the query string and the rules are', () => {
    const url = (address: string) => all(inApp(['scim', 'url'], address)).service;
    const { service } = all(inApp(['mode'], 'observe'));
    expect(all(withRules({ do: 'grant' })).service).toBe(service);
    expect(url('https://acme.example.com/scim?key=1')).toBe(service);
    expect(url('https://acme.example.com/scim/2')).not.toBe(service);
  });
});

describe('a rule for update', () => {
  it('is taken where the app takes updates, and worth a warning where it does not', () => {
    const rules = { do: 'update', who: ['owners'], approve: [{ by: ['boss@example.com'] }] };
    expect(warnings(withRules(rules))).toEqual([]);
    expect(fileConfig(withRules(rules)).policy.apps.acme?.rules).toMatchObject([{ do: 'update', who: ['owners'] }]);
    const none = put(withRules(rules), ['apps', 'acme', 'profile'], 'perplexity');
    expect(warnings(none)).toEqual([
      'apps.acme.rules[0].do is update, which this app does not take (profile perplexity): it is refused whatever the rule says',
    ]);
    expect(fileFaults(withRules({ ...rules, role: 'admin' })).map(({ what }) => what)).toEqual([
      'apps.acme.rules[0].role has no meaning for update',
    ]);
  });
});
