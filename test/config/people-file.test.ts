/** PEOPLE_FILE: CSV, strictly; beside either form of the policy. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readPeople } from '../../src/config/people-file.ts';
import { FILE_TOKEN, faults, ONE_APP, policy, SLACK, said, sound } from './given.ts';

const env = { ...SLACK, ...ONE_APP, PEOPLE_FILE: 'data/people.csv' };
const csv = (text: string) => ({ 'data/people.csv': text });

describe('the people file', () => {
  it('gives people in both forms of the policy', () => {
    const text = '\uFEFFslack,email,manager\r\nU0A,"A@example.com",boss@example.com\r\n\r\n,b@example.com,\r\n';
    const people = [{ slack: 'U0A', email: 'a@example.com', manager: 'boss@example.com' }, { email: 'b@example.com' }];
    expect(sound(env, csv(text)).policy.people).toEqual(people);
    const file = stringify({ ...policy(), people: [{ email: 'c@example.com' }] });
    const both = sound(
      { ...SLACK, ...FILE_TOKEN, PEOPLE_FILE: 'data/people.csv' },
      { ...csv(text), 'access.yml': file },
    );
    expect(both.policy.people).toEqual([{ email: 'c@example.com' }, ...people]);
  });

  it('may have its columns in any order, and only those', () => {
    expect(sound(env, csv('Manager,EMAIL\nboss@example.com,a@example.com')).policy.people).toEqual([
      { email: 'a@example.com', manager: 'boss@example.com' },
    ]);
    for (const header of [
      'slack,manager',
      'slack,email,boss',
      'email,email',
      'slack;email;manager',
      'U0A,a@example.com,b@example.com',
      '',
    ]) {
      expect(said(faults(env, csv(`${header}\n`))), header).toEqual(['data/people.csv:1: should be the header']);
    }
  });

  it('has each fault at its line, beside those of the policy', () => {
    const text =
      'slack,email,manager\nmia,a@example.com,\nU0B,b@example.com\n"U0C,c@example.com,\nU0D,d@example.com,d@example.com\nU0E,nobody,\n"U"0F,f@example.com,\nU0D,g@example.com,';
    expect(said(faults({ ...env, SEATS: 'x' }, csv(text)))).toEqual([
      'data/people.csv:3: has 2 fields',
      'data/people.csv:4: has a quote that is not closed',
      'data/people.csv:7: has a quote that is not closed',
      'data/people.csv:2: slack is not a Slack user id',
      'data/people.csv:6: email is not an e-mail',
      'SEATS: is not such a number',
      'data/people.csv:5: manager is the same person',
      'data/people.csv:8: slack belongs to an earlier entry too',
    ]);
  });

  it('does not hide entries of the policy file', () => {
    const file = stringify({ ...policy(), people: [{ email: 'a@example.com' }, { email: 'x' }] });
    const found = faults(
      { ...SLACK, ...FILE_TOKEN, PEOPLE_FILE: 'data/people.csv' },
      { ...csv('email\nA@example.com'), 'access.yml': file },
    );
    expect(found.map(({ where }) => where).sort()).toEqual([
      expect.stringMatching(/^access\.yml:\d+$/),
      'data/people.csv:2',
    ]);
    const noList = faults(
      { ...SLACK, ...FILE_TOKEN, PEOPLE_FILE: 'data/people.csv' },
      { ...csv('email\nA@example.com'), 'access.yml': `people: 3\n${stringify(policy())}` },
    );
    expect(said(noList)).toEqual(['access.yml:1: people should be a list']);
  });

  it('must be there and be usable', () => {
    expect(said(faults(env))).toEqual(['PEOPLE_FILE: names a file that is not there']);
    expect(said(faults(env, { 'data/people.csv': { kind: 'unusable', why: 'is not UTF-8 text' } }))).toEqual([
      'PEOPLE_FILE: names a file that is not UTF-8 text',
    ]);
    expect(said(faults(env, csv(`email\n${'a@example.com\n'.repeat(100_001)}`)))).toEqual([
      'data/people.csv:1: has more than 100000 lines',
    ]);
  });

  it('gives back every field that was quoted', () => {
    const field = fc.stringMatching(/^[^\r\n]{1,20}$/).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field), { maxLength: 5 }), (people) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = ['email,manager', ...people.map((fields) => fields.map(quoted).join(','))].join('\n');
        const { rows, faults: wrong } = readPeople(text);
        expect(wrong).toEqual([]);
        expect(rows.map(({ person }) => [person.email, person.manager])).toEqual(people);
      }),
    );
  });
});
