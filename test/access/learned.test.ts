/** What clients learn of their services: kept once, for one service, for a while; it survives, and is never in the way. */
import { rm } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DAY } from '../../src/access/policy.ts';
import { keepLearned, recallLearned } from '../../src/access/service/index.ts';
import { journal } from '../scenarios/witness.ts';
import { crashImage, hands, openIn, temporaryFolder } from '../store/lowdb/hands.ts';

const HERE = 'a'.repeat(64);
const ELSEWHERE = 'b'.repeat(64);
const FACTS = { contentType: 'application/json', refusedFilters: ['email'] };

async function opened() {
  const { dir, remove } = await temporaryFolder();
  onTestFinished(remove);
  const held = hands();
  const { store } = await openIn(dir, held);
  onTestFinished(() => store.close());
  const warned: string[] = [];
  const log = { info() {}, error() {}, warn: (_: object, message: string) => void warned.push(message) };
  const events = async () => (await journal({ dataDir: dir })).filter(({ type }) => type.startsWith('scim.'));
  return { dir, held, store, warned, keeper: { store, log }, events };
}

describe('what was learned', () => {
  it('is recalled for the same service, by a process that came after a crash, too', async () => {
    const { dir, store, keeper } = await opened();
    expect(await recallLearned(keeper, 'crm', HERE)).toBeUndefined();
    await keepLearned(keeper, 'crm', HERE, FACTS);
    expect(await recallLearned(keeper, 'crm', HERE)).toEqual(FACTS);
    expect(await recallLearned(keeper, 'other', HERE)).toBeUndefined();
    const image = await crashImage(dir);
    onTestFinished(() => rm(image, { recursive: true, force: true }));
    const after = await openIn(image);
    expect(await recallLearned({ ...keeper, store: after.store }, 'crm', HERE)).toEqual(FACTS);
    await after.store.close(); // writes the checkpoint
    const later = await openIn(image);
    onTestFinished(() => later.store.close());
    expect(later.findings.replayed).toBe(0);
    expect(await recallLearned({ ...keeper, store: later.store }, 'crm', HERE)).toEqual(FACTS);
    expect(await store.read('app', 'crm')).toMatchObject({ groups: {}, claims: [] });
  });

  it('is written once, and its event names what is new and holds no value', async () => {
    const { store, keeper, events } = await opened();
    await keepLearned(keeper, 'crm', HERE, FACTS);
    const { seq } = await store.head();
    await keepLearned(keeper, 'crm', HERE, { refusedFilters: ['email'], contentType: 'application/json' });
    expect((await store.head()).seq).toBe(seq);
    await keepLearned(keeper, 'crm', HERE, { refusedFilters: ['email', 'userName'] });
    expect(await recallLearned(keeper, 'crm', HERE)).toEqual({ refusedFilters: ['email', 'userName'] });
    expect(await events()).toMatchObject([
      { type: 'scim.learned', app: 'crm', fields: ['contentType', 'refusedFilters'] },
      { type: 'scim.learned', app: 'crm', fields: ['contentType', 'refusedFilters'] },
    ]);
    expect(JSON.stringify(await events())).not.toMatch(/json|email/);
  });

  it('leaves what else is on record of the app alone', async () => {
    const { store, keeper } = await opened();
    const record = { app: 'crm', groups: { admin: { id: 'g1', name: 'Admins' } }, claims: ['R-1'], resumedAt: 7 };
    await store.commit(['app:crm'], () => ({ put: [{ kind: 'app', id: 'crm', value: record }], result: undefined }));
    await keepLearned(keeper, 'crm', HERE, FACTS);
    expect(await store.read('app', 'crm')).toMatchObject(record);
    await recallLearned(keeper, 'crm', ELSEWHERE);
    expect(await store.read('app', 'crm')).toEqual(record);
  });

  it('is forgotten when the address or the profile is another one, and not taken for it', async () => {
    const { keeper, events } = await opened();
    await keepLearned(keeper, 'crm', HERE, FACTS);
    expect(await recallLearned(keeper, 'crm', ELSEWHERE)).toBeUndefined();
    expect(await recallLearned(keeper, 'crm', HERE)).toBeUndefined();
    expect((await events()).at(-1)).toMatchObject({
      type: 'scim.forgotten',
      fields: ['contentType', 'refusedFilters'],
    });
  });

  it('is forgotten after a month in which nothing new was learned', async () => {
    const { held, keeper } = await opened();
    await keepLearned(keeper, 'crm', HERE, { search: 'no' });
    held.now += 29 * DAY;
    await keepLearned(keeper, 'crm', HERE, FACTS);
    held.now += 29 * DAY;
    expect(await recallLearned(keeper, 'crm', HERE)).toEqual(FACTS);
    held.now += DAY;
    expect(await recallLearned(keeper, 'crm', HERE)).toBeUndefined();
  });

  it('is not kept when it is more than a client can learn, nor where the store takes nothing', async () => {
    const { store, warned, keeper } = await opened();
    await keepLearned(keeper, 'crm', HERE, { refusedFilters: ['x'.repeat(5000)] });
    expect(warned).toEqual(['more was learned of this service than is kept']);
    expect(await store.read('app', 'crm')).toBeUndefined();
    await store.close();
    await keepLearned(keeper, 'crm', HERE, FACTS);
    expect(await recallLearned(keeper, 'crm', HERE)).toBeUndefined();
    expect(warned.slice(1)).toEqual([
      'what was learned of this service could not be kept',
      'what was learned of this service could not be read',
    ]);
  });
});
