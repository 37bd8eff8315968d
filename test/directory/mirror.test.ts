/** What the mirror believes when a listing and a live read disagree. */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/access/ports.ts';
import { createMirror } from '../../src/directory/mirror.ts';

const person = (id: string, change: Partial<Account> = {}): Account => ({
  id,
  userName: `${id}@example.com`,
  email: `${id}@example.com`,
  emails: [`${id}@example.com`],
  name: `Name ${id}`,
  active: true,
  ...change,
});

describe('the mirror', () => {
  it('keeps what was seen live when an older listing says otherwise', () => {
    const mirror = createMirror();
    mirror.saw(person('ada'));
    const began = mirror.mark();
    mirror.saw(person('ada', { active: false }));
    mirror.listed(person('ada', { active: true }), began, undefined);
    expect(mirror.known('ada')?.active).toBe(false);
    mirror.listed(person('ada', { active: true }), mirror.mark(), undefined);
    expect(mirror.known('ada')?.active).toBe(true);
  });

  it('goes by the address that is the primary one now, though all of them are as before', () => {
    const mirror = createMirror();
    const both = ['ada@example.com', 'lovelace@example.com'];
    mirror.saw(person('ada', { emails: both }));
    expect(mirror.withAddress('lovelace@example.com')).toEqual([]);
    mirror.saw(person('ada', { email: 'lovelace@example.com', emails: both }));
    expect(mirror.withAddress('lovelace@example.com')).toEqual(['ada']);
    mirror.saw(person('ada', { emails: both }));
    expect(mirror.withAddress('lovelace@example.com')).toEqual([]);
    expect(mirror.search('lovelace', 5)).toHaveLength(1);
  });

  it('does not bring back who was gone when read live after the listing began', () => {
    const mirror = createMirror();
    mirror.saw(person('ada'));
    const began = mirror.mark();
    mirror.gone('ada');
    mirror.listed(person('ada'), began, undefined);
    expect(mirror.known('ada')).toBeUndefined();
    mirror.settle(mirror.mark());
    mirror.listed(person('ada'), mirror.mark(), undefined);
    expect(mirror.known('ada')).toBeDefined();
  });

  it('keeps somebody created after the listing began, and sweeps who was not listed', () => {
    const mirror = createMirror();
    mirror.saw(person('old'));
    mirror.saw(person('listed'));
    const began = mirror.mark();
    mirror.listed(person('listed'), began, undefined);
    mirror.saw(person('new'));
    expect(mirror.sweep(began)).toBe(1);
    expect([...mirror.all()].map((each) => each.id)).toEqual(['listed', 'new']);
    expect(mirror.search('name old', 5)).toEqual([]);
    expect(mirror.withAddress('old@example.com')).toEqual([]);
  });

  it('keeps memberships seen live when the members were read before', () => {
    const mirror = createMirror();
    const began = mirror.mark();
    mirror.sawMember('admins', 'ada', true);
    mirror.sawMember('admins', 'grace', false);
    mirror.sawMembers('admins', ['grace', 'linus'], began);
    expect(mirror.members('admins')).toEqual(new Set(['linus', 'ada']));
    mirror.sawMembers('admins', ['grace', 'linus'], mirror.mark());
    expect(mirror.members('admins')).toEqual(new Set(['grace', 'linus']));
  });

  it('does not take one membership for the whole group', () => {
    const mirror = createMirror();
    mirror.sawMember('admins', 'ada', true);
    expect(mirror.members('admins')).toBe('unknown');
  });

  it('finds addresses by what they are now', () => {
    const mirror = createMirror();
    mirror.saw(person('ada', { email: 'Countess@Example.com', emails: ['Countess@Example.com'] }));
    mirror.saw(person('byron', { userName: 'countess@example.com' }));
    expect(mirror.withAddress('COUNTESS@example.com')).toEqual(['ada', 'byron']);
    mirror.saw(person('ada'));
    expect(mirror.withAddress('countess@example.com')).toEqual(['byron']);
    expect(mirror.withAddress('ada@example.com')).toEqual(['ada']);
  });

  it('puts equals in a settled order: the active first, then by name', () => {
    const mirror = createMirror();
    for (let at = 0; at < 60; at++) {
      mirror.saw(person(`p${at}`, { name: `Same Name ${String(59 - at).padStart(2, '0')}`, active: at !== 59 }));
    }
    const names = mirror.search('same name', 60).map((hit) => hit.account.name);
    expect(names.slice(0, 2)).toEqual(['Same Name 01', 'Same Name 02']);
    expect(names.at(-1)).toBe('Same Name 00');
  });

  it('gives at most a hundred hits, and none when none are wanted', () => {
    const mirror = createMirror();
    for (let at = 0; at < 150; at++) mirror.saw(person(`p${at}`));
    expect(mirror.search('name', 1_000_000)).toHaveLength(100);
    expect(mirror.search('name', 0)).toEqual([]);
    expect(mirror.search('name', -1)).toEqual([]);
  });
});
