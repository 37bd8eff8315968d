/** What a bot has on record of an app: what it found out about the service is not found out again, and the doctor tells it. */
import { describe, expect, it } from 'vitest';
import { POLICY } from '../../src/sandbox/cast.ts';
import type { Story } from '../scenarios/story.ts';
import { journal } from '../scenarios/witness.ts';
import { openClinic } from './clinic.ts';

describe('what was found out about a service', () => {
  it('survives a kill: the next start does not repeat the refused request, until the profile changes', {
    timeout: 120_000,
  }, async () => {
    const clinic = await openClinic({ quirks: { accepts: 'json-only' } });
    const refused = () => clinic.scim.calls.filter(({ status }) => status === 415).length;
    const isAdmin = (story: Story) => story.members('PPLX_Admin').includes('ada@example.com');
    const grant = async (story: Story, incident: string) => {
      await story.ada.types(`/access request admin for 1h because ${incident}`);
      await story.ben.presses(/^Approve Admin/, new RegExp(incident));
      await story.until('Ada is Admin', () => isAdmin(story));
    };
    await grant(await clinic.start(), 'INC-1');
    expect(refused()).toBe(1);
    // Kept beside the work, not before it: a kill in between only costs the one request again.
    const kept = async () => (await journal(clinic)).map(({ type }) => type);
    await expect.poll(kept, { timeout: 25_000 }).toContain('scim.learned');
    await clinic.stop('SIGKILL');

    const again = await clinic.start();
    await again.ada.presses(/^I'm done/);
    await again.until('Ada is not Admin', () => !isAdmin(again));
    expect(refused()).toBe(1);
    await again.carla.types('/access pause perplexity');
    await again.carla.sees(/is paused\. Requests/);
    const beside = await clinic.diagnose();
    expect(beside.about('app:perplexity', 'giving')).toMatchObject([
      { state: 'warning', what: expect.stringMatching(/^paused by Carla.* since \d{4}-\d\d-\d\d \d\d:\d\d UTC/) },
    ]);
    await again.carla.types('/access resume perplexity');
    await again.carla.sees(/goes on/);
    expect(beside.about('app:perplexity', 'learned')).toMatchObject([
      {
        state: 'ok',
        what: expect.stringMatching(/^sends application\/json \(415 met\).* \(last on \d{4}-\d\d-\d\d\)$/),
      },
    ]);
    expect((await journal({ dataDir: clinic.dataDir })).filter(({ type }) => type === 'scim.learned')[0]).toMatchObject(
      {
        app: 'perplexity',
        fields: ['contentType'],
      },
    );
    await clinic.stop();

    // Another profile: what was learned may not be true of it.
    await clinic.policy(
      POLICY.replace(/^apps:/m, 'profiles:\n  own: { like: perplexity, pageSize: 99 }\napps:').replace(
        'profile: perplexity',
        'profile: own',
      ),
    );
    const stopped = await clinic.diagnose();
    expect(stopped.about('app:perplexity', 'learned')).toEqual([]);
    expect(stopped.about('store', 'bot')[0]?.what).toBe('does not run on this folder');
    expect(stopped.about('store', 'journal').map(({ state }) => state)).toEqual(['ok']);
    await grant(await clinic.start(), 'INC-2');
    expect(refused()).toBe(2);
    expect((await journal({ dataDir: clinic.dataDir })).map(({ type }) => type)).toContain('scim.forgotten');
  });
});
