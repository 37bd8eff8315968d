import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIRECTORY, PEOPLE } from '../../src/sandbox/cast.ts';
import { type Character, type SandboxWorld, tell, textOf } from './story.ts';
import { journal } from './witness.ts';

/** Everything anybody can see. */
const everything = ({ slack }: SandboxWorld): unknown[] =>
  slack.people().flatMap(({ id }): unknown[] => {
    const { conversations, ephemerals, views, home } = slack.state(id);
    return [...conversations.flatMap((each) => each.messages), ...ephemerals, ...views, home];
  });

/** Every text in which Slack looks for markup: the text of a message, and what its blocks call mrkdwn. */
function marked(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(marked);
  if (typeof value !== 'object' || value === null) return [];
  const plain = 'type' in value && value.type === 'plain_text';
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'text' && typeof inner === 'string' ? (plain ? [] : [inner]) : marked(inner),
  );
}

/** What makes Slack call somebody: broadcasts, and mentions of people. */
const BROADCAST = /<!(?:channel|here|everyone|subteam)/;
/** Controls, marks that reorder or hide: nothing a reader could see. */
const UNSEEN = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]|(?!\n)\p{Cc}/u;

/** The text of the card that shows this reason, once Ben has it; then the request is taken back. */
async function asked(ada: Character, ben: Character, reason: string, marker: RegExp): Promise<string> {
  expect((await ada.types(`/access request admin for 4h because ${reason}`)).error).toBeUndefined();
  await ben.button(/^Approve Admin/, marker);
  const card = textOf(await ben.sees(marker));
  await ada.presses(/^Cancel/, marker);
  await ben.sees(new RegExp(`cancelled[\\s\\S]*${marker.source}`, 'i'));
  return card;
}

describe('a hostile reason', () => {
  it('calls nobody, hides nothing and breaks nothing, on cards and in the history', async () => {
    const { world, ada, ben, carla, eve } = await tell();
    const shouting = await asked(
      ada,
      ben,
      '<!channel> <!here|here> <!subteam^S0ITADMINS> @carla <@U0DMITRI> *bold* `code` M-1',
      /M-1/,
    );
    expect(shouting).toContain('&lt;!channel&gt;');
    expect(shouting).not.toMatch(/<@U0CARLA>|<@U0DMITRI>/);

    const quoting = await asked(
      ada,
      ben,
      `"quotes" 'single' </b><script>alert(1)</script> {"a":"b"} \\ $& %s M-2`,
      /M-2/,
    );
    expect(quoting).toContain('"quotes"');
    expect(quoting).toContain('&lt;script&gt;');

    const hiding = await asked(ada, ben, 'pay\u202Egpj.exe\u2066 in\u200Bvis\uFEFFible \u0000\u0007null M-3', /M-3/);
    expect(hiding).not.toMatch(UNSEEN);
    expect(hiding).toContain('invisible');

    const forged = await asked(ada, ben, 'x\n>Approved by Carla\n*Ada is in the Admin group, confirmed* M-4', /M-4/);
    expect(forged).not.toMatch(/^\*?Ada is in the Admin group/m);

    await ada.types('/access history');
    for (const marker of [/M-1/, /M-2/, /M-3/, /M-4/]) await ada.sees(new RegExp(`History[\\s\\S]*${marker.source}`));
    for (const text of marked(everything(world))) {
      expect(text).not.toMatch(BROADCAST);
      expect(text).not.toMatch(/<script/);
    }
    for (const message of [...ben.messages(), ...ada.messages()]) expect(textOf(message)).not.toMatch(UNSEEN);
    // Of all this they hear nothing; that Carla was an Admin before, owners are told in any case.
    const heard = [carla, eve].flatMap((bystander) => bystander.messages().map(textOf));
    expect(heard.filter((text) => !text.includes('My first look at'))).toEqual([]);
  });

  it('that is too long comes back to be shortened, and one that may be a token is not kept anywhere', async () => {
    const { world, ada, ben } = await tell();
    await ada.types(`/access request admin because ${'long '.repeat(1_000)}`);
    await ada.sees(/too long for me/);
    await ada.types(`/access request admin because ${'long '.repeat(700)}`);
    const long = await ada.modal(/Request a role/);
    expect(JSON.stringify(long.blocks)).toMatch(/too long/i);
    const kept = await ada.fills(/Request a role/, { Why: 'M-5' });
    expect(kept.errors).toBeUndefined();
    await ben.button(/^Approve Admin/, /M-5/);
    await ada.presses(/^Cancel/, /M-5/);
    await ben.sees(/cancelled[\s\S]*M-5/i);

    const tokens = [
      'xoxb-123456789012-AbCdEfGhIjKl',
      'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
      'pplx-0123456789abcdef0123456789abcdef',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0',
    ];
    for (const token of tokens) {
      await ada.types(`/access request admin because the token is ${token}`);
      const refused = await ada.modal(/Request a role/);
      expect(JSON.stringify(refused.blocks)).toMatch(/looks like a password or a token/);
      const again = await ada.fills(/Request a role/, { Why: `again ${token}` });
      expect(Object.values(again.errors ?? {}).join()).toMatch(/looks like a password or a token/);
      await world.slack.closeView('U0ADA', refused.id);
    }
    await ada.types('/access request admin because M-6');
    await ben.presses(/^Deny/, /M-6/);
    const denied = await ben.fills(/Deny/, { 'Why not': `because ${tokens[0]}` });
    expect(Object.values(denied.errors ?? {}).join()).toMatch(/looks like a password or a token/);
    await ben.fills(/Deny/, { 'Why not': 'Not today.' });
    await ada.sees(/Not today/);

    const files = await readdir(world.dataDir, { recursive: true, withFileTypes: true });
    const stored = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    const logged = JSON.stringify(world.bot().log) + world.bot().output();
    for (const token of tokens) {
      for (const text of [...stored, logged]) expect(text).not.toContain(token);
      expect(JSON.stringify(everything(world))).not.toContain(token);
    }
  });
});

describe('hostile names', () => {
  it('from the directory and from Slack are words and nothing else', async () => {
    const evil = '<!here> "Zed" & <https://evil.example|Carla Novak>\u202E';
    const { world, ada, ben, carla, members } = await tell({
      directory: {
        ...DIRECTORY,
        users: [
          ...DIRECTORY.users,
          {
            userName: 'zed@example.com',
            givenName: evil,
            familyName: '<@U0CARLA>',
            displayName: `${evil} <@U0CARLA>`,
            manager: 'ben@example.com',
          },
        ],
      },
      people: [
        ...PEOPLE,
        {
          id: 'U0ZED',
          name: 'zed',
          realName: '<!channel> *Zed*',
          email: 'zed@example.com',
          emailConfirmed: true,
          tz: 'UTC',
          kind: 'member',
        },
      ],
    });
    const zed = 'zed@example.com';
    await carla.types(`/access lookup ${zed}`);
    await carla.sees(/zed@example\.com/);
    await ada.types('/access lookup Zed');
    await ada.sees(/zed@example\.com|Zed/);
    await ada.types(`/access grant ${zed} admin for 1h because M-1`);
    await ben.presses(/^Approve Admin/, /M-1/);
    await ada.sees(/in the Admin group[\s\S]*confirmed/);
    expect(members('PPLX_Admin')).toContain(zed);
    await carla.types('/access list admins');
    await carla.sees(/zed@example\.com/);
    await world.slack.openHome('U0BEN');
    await world.slack.openHome('U0ZED');
    for (const text of marked(everything(world))) {
      expect(text).not.toMatch(BROADCAST);
      expect(text).not.toContain('<https://evil.example');
      expect(text).not.toMatch(UNSEEN);
    }
    const notices = world.slack.people().flatMap(({ id }) => world.slack.state(id).notices);
    expect(notices).toEqual([]);
    expect((await journal(world)).filter(({ type }) => type === 'access.given')).toHaveLength(1);
  });
});
