/** The manifest asks for exactly what the code uses: commands, shortcuts, events and scopes, no more and no less. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkConfig } from '../../src/config/index.ts';
import { SHORTCUTS } from '../../src/slack/listeners/shortcuts.ts';

const ROOT = join(import.meta.dirname, '../..');
const source = readdirSync(join(ROOT, 'src/slack'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(ROOT, 'src/slack', file), 'utf8'))
  .join('\n');

const manifest: {
  features: {
    slash_commands: { command: string; should_escape: boolean }[];
    shortcuts: { callback_id: string; type: string }[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: { event_subscriptions: { bot_events: string[] } };
} = parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8'));

/** Bot scopes each Web API method needs, by its page under docs.slack.dev/reference/methods. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  // With an app-level token, which has a scope of its own.
  'apps.connections.open': [],
  // The address in a profile comes with users:read.email only.
  'users.info': ['users:read', 'users:read.email'],
  'users.lookupByEmail': ['users:read.email'],
  'usergroups.users.list': ['usergroups:read'],
  'conversations.open': ['im:write'],
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'views.open': [],
  'views.update': [],
  'views.publish': [],
};

const unique = (values: Iterable<string>): string[] => [...new Set(values)].sort();
const found = (pattern: RegExp): string[] => unique([...source.matchAll(pattern)].map((match) => match[1] ?? ''));

describe('the manifest and the code', () => {
  it('name the same scopes', () => {
    const methods = found(/\bweb\.([a-z]+(?:\.[a-zA-Z]+)+)\(/g);
    expect(methods).toEqual(Object.keys(SCOPES).sort());
    const needed = ['commands', ...methods.flatMap((method) => SCOPES[method] ?? [])];
    expect(unique(manifest.oauth_config.scopes.bot)).toEqual(unique(needed));
  });

  it('call Slack in one place only, so that the list of methods is whole', () => {
    expect([...source.matchAll(/new WebClient\(/g)]).toHaveLength(1);
    expect(source).not.toMatch(/\.apiCall\(/);
  });

  it('name the same shortcuts', () => {
    expect(unique(manifest.features.shortcuts.map((each) => each.callback_id))).toEqual(
      unique(Object.values(SHORTCUTS)),
    );
  });

  it('name the same events', () => {
    expect(unique(manifest.settings.event_subscriptions.bot_events)).toEqual(found(/\bapp\.event\(\s*'([a-z_]+)'/g));
  });

  it('name the same command, with mentions escaped', () => {
    const env = {
      SLACK_BOT_TOKEN: 'xoxb-1234567890-abcdefghijkl',
      SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
      SCIM_URL: 'https://scim.example.com/v2',
      SCIM_TOKEN: 'a-scim-token-for-this-test-only',
      ADMIN_GROUP: 'A',
      MEMBER_GROUP: 'M',
      APP_OWNERS: 'a@example.com,b@example.com',
    };
    const checked = checkConfig({ env, cwd: join(ROOT, 'test') });
    expect(checked.ok && checked.config.slack.command).toBe('/access');
    expect(manifest.features.slash_commands).toMatchObject([{ command: '/access', should_escape: true }]);
  });
});
