// What the app has declared about itself: commands, shortcuts, events, features. Reads a parsed manifest leniently; without one, all is declared.
import { isObject, objectOf, objectsOf, stringOf } from './json.ts';

export type Manifest = {
  /** Undefined: no such command. */
  command: (name: string) => { escape: boolean } | undefined;
  hasShortcut: (callbackId: string, type: 'global' | 'message') => boolean;
  hasEvent: (name: string) => boolean;
  interactive: boolean;
  homeTab: boolean;
};

/** @param value a manifest as in https://docs.slack.dev/reference/app-manifest, already parsed; undefined declares everything. */
export function readManifest(value: unknown): Manifest {
  if (!isObject(value)) {
    return {
      command: () => ({ escape: true }),
      hasShortcut: () => true,
      hasEvent: () => true,
      interactive: true,
      homeTab: true,
    };
  }
  const features = objectOf(value.features);
  const settings = objectOf(value.settings);
  const events = objectOf(settings.event_subscriptions).bot_events;
  return {
    command(name) {
      const found = objectsOf(features.slash_commands).find((command) => stringOf(command.command) === name);
      return found === undefined ? undefined : { escape: found.should_escape === true };
    },
    hasShortcut: (callbackId, type) =>
      objectsOf(features.shortcuts).some((each) => each.callback_id === callbackId && each.type === type),
    hasEvent: (name) => Array.isArray(events) && events.includes(name),
    interactive: objectOf(settings.interactivity).is_enabled === true,
    homeTab: objectOf(features.app_home).home_tab_enabled === true,
  };
}
