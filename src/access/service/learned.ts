/**
 * Keeps what the client of an app found out about its service, so that no start has to find it out again. Refuses to know
 * what any of it means; never fails anybody, for what is not known is found out.
 */
import { DAY } from '../policy.ts';
import { draftOn, system } from './draft.ts';
import type { World } from './world.ts';

/** More than this no client learns, characters of JSON: it is not kept. */
const LONGEST = 4_096;
/** Services change: so long after something was last learned it is found out anew, by the next start. */
const KEPT_FOR = 30 * DAY;

type Keeper = Pick<World, 'store' | 'log'>;
type Facts = Readonly<Record<string, unknown>>;

const factsOf = (facts: unknown): Facts =>
  typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? { ...facts } : {};

/** Names of what is known differently in the two. */
function differing(a: Facts, b: Facts): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name])).sort();
}

/**
 * Puts the whole record of what was learned in place of the one before; writes nothing where they are the same.
 * @param service which service it is true of: digest of its address and of the profile by which it is spoken to
 */
export async function keepLearned({ store, log }: Keeper, app: string, service: string, facts: object): Promise<void> {
  if (JSON.stringify(facts).length > LONGEST) {
    log.warn({ app }, 'more was learned of this service than is kept');
    return;
  }
  try {
    const fields = await store.commit([`app:${app}`], (view) => {
      const draft = draftOn(view);
      const record = draft.get('app', app) ?? { app, groups: {}, claims: [] };
      const before = record.learned?.service === service ? factsOf(record.learned.facts) : {};
      const changed = differing(before, factsOf(facts));
      if (changed.length === 0) return draft.change(changed);
      draft.put('app', app, { ...record, learned: { service, facts, since: draft.now } });
      draft.event({ type: 'scim.learned', actor: system('directory'), about: [], app, fields: changed });
      return draft.change(changed);
    });
    if (fields.length > 0) log.info({ app, fields }, 'learned how this service speaks SCIM');
  } catch (error) {
    log.warn({ app, error: String(error) }, 'what was learned of this service could not be kept');
  }
}

/**
 * What was learned of this very service, for a client to begin with. What was learned of another one under the same key,
 * or too long ago, is forgotten here and now.
 */
export async function recallLearned({ store, log }: Keeper, app: string, service: string): Promise<unknown> {
  try {
    return await store.commit([`app:${app}`], (view) => {
      const draft = draftOn(view);
      const record = draft.get('app', app);
      if (record?.learned === undefined) return draft.change(undefined);
      const { learned, ...rest } = record;
      if (learned.service === service && draft.now - learned.since < KEPT_FOR) return draft.change(learned.facts);
      draft.put('app', app, rest);
      const fields = Object.keys(factsOf(learned.facts)).sort();
      draft.event({ type: 'scim.forgotten', actor: system('directory'), about: [], app, fields });
      return draft.change(undefined);
    });
  } catch (error) {
    log.warn({ app, error: String(error) }, 'what was learned of this service could not be read');
    return undefined;
  }
}
