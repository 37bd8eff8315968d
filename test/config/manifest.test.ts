/** `manifest.yml` is what Slack accepts, over Socket Mode as it ships and over HTTP as its comments say. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const text = read('manifest.yml');
const http = text
  .replace('socket_mode_enabled: true', 'socket_mode_enabled: false')
  .replaceAll(/^( *)# (.*) {2}# HTTP$/gm, '$1$2');

interface Manifest {
  display_information: { name: string; description: string; long_description: string; background_color: string };
  features: {
    app_home: Record<string, boolean>;
    slash_commands: {
      command: string;
      url?: string;
      description: string;
      usage_hint: string;
      should_escape: boolean;
    }[];
    shortcuts: { name: string; type: string; callback_id: string; description: string }[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    event_subscriptions: { request_url?: string; bot_events: string[] };
    interactivity: { is_enabled: boolean; request_url?: string; message_menu_options_url?: string };
    socket_mode_enabled: boolean;
    token_rotation_enabled: boolean;
  };
}

const manifest = (from: string): Manifest => parse(from);

let validate: (manifest: unknown) => string[];
beforeAll(() => {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { uri: true } });
  const check = ajv.compile(JSON.parse(read('test/data/slack-manifest.v2.schema.json')));
  validate = (given) =>
    check(given) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
});

describe('the manifest', () => {
  it("is valid by Slack's schema for Socket Mode and for HTTP", () => {
    expect(validate(parse(text))).toEqual([]);
    expect(validate(parse(http))).toEqual([]);
  });

  it('is judged by a schema that finds mistakes', () => {
    expect(validate(parse(text.replace('command: /access', 'command: access')))).not.toEqual([]);
    expect(validate(parse(text.replace('socket_mode_enabled:', 'socket_mod_enabled:')))).not.toEqual([]);
  });

  it('stays within the lengths of Slack', () => {
    const { display_information: shown, features } = manifest(text);
    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description.length).toBeLessThanOrEqual(140);
    expect(shown.long_description.length).toBeGreaterThanOrEqual(175);
    expect(shown.long_description.length).toBeLessThanOrEqual(4000);
    expect(shown.background_color).toMatch(/^#[0-9a-f]{6}$/);
    for (const { command } of features.slash_commands) expect(command.length).toBeLessThanOrEqual(32);
    for (const { name, callback_id: id, description } of features.shortcuts) {
      expect(name.length).toBeLessThanOrEqual(24);
      expect(id.length).toBeLessThanOrEqual(255);
      expect(description.length).toBeLessThanOrEqual(150);
    }
  });

  it('offers the command, the shortcuts, Home and the messages tab', () => {
    const { features, settings } = manifest(text);
    expect(features.slash_commands.map(({ command, should_escape: escaped }) => [command, escaped])).toEqual([
      ['/access', true],
    ]);
    expect(features.shortcuts.map(({ name, type, callback_id: id }) => [name, type, id])).toEqual([
      ['Request access', 'global', 'request_access'],
      ['Look up author', 'message', 'lookup_author'],
    ]);
    expect(features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
    expect(settings.event_subscriptions.bot_events).toEqual(['app_home_opened']);
    expect(settings.interactivity.is_enabled).toBe(true);
    expect(settings.token_rotation_enabled).toBe(false);
  });

  it('asks for no more than it needs', () => {
    expect(manifest(text).oauth_config.scopes).toEqual({
      bot: ['commands', 'chat:write', 'im:write', 'users:read', 'users:read.email', 'usergroups:read'],
    });
  });

  it('ships for Socket Mode, and for HTTP sends everything to /slack/events', () => {
    const socket = manifest(text);
    expect(socket.settings.socket_mode_enabled).toBe(true);
    expect(text.replaceAll(/^ *#.*$/gm, '')).not.toContain('https://');
    const { features, settings } = manifest(http);
    const urls = [
      features.slash_commands[0]?.url,
      settings.event_subscriptions.request_url,
      settings.interactivity.request_url,
      settings.interactivity.message_menu_options_url,
    ];
    expect(urls).toEqual(Array.from({ length: 4 }, () => 'https://rolecall.example.com/slack/events'));
    expect(settings.socket_mode_enabled).toBe(false);
  });
});
