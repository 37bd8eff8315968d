// Views: modal stacks, Home tabs, hashes and the triggers that open them. Decides as Slack's views.* methods do; knows no HTTP.
import { checkView } from './blocks/check.ts';
import { counts } from './blocks/limits.ts';
import type { JsonObject, ViewSeen } from './contract.ts';
import { named } from './conversations.ts';
import type { Installation, Mint } from './identity.ts';
import { currentValues, type Offered, type Values } from './inputs.ts';
import { isObject, objectOf, objectsOf, stringOf } from './json.ts';

export type View = {
  id: string;
  user: string;
  kind: 'modal' | 'home';
  /** title, submit, close, private_metadata … as the app sent them. */
  content: JsonObject;
  blocks: JsonObject[];
  hash: string;
  rootId: string;
  previousId: string | null;
  typed: Values;
  offered: Offered;
  errors: Record<string, string>;
};

type Refusal = { error: string; messages?: string[] };
export type Result = View | Refusal;
type Trigger = { user: string; at: number; used: boolean; fromView?: string };

export type Modals = {
  /** A trigger for an interaction of this person; `fromView` when it happened inside a modal. */
  trigger: (user: string, fromView?: string) => string;
  open: (triggerId: string, content: JsonObject) => Result;
  push: (triggerId: string, content: JsonObject) => Result;
  update: (target: { viewId: string; externalId: string }, content: JsonObject, hash: string) => Result;
  publish: (user: string, content: JsonObject, hash: string) => Result;
  /** `response_action: push`: no trigger needed. */
  pushOnto: (view: View, content: JsonObject) => Result;
  replace: (view: View, content: JsonObject) => Result;
  find: (id: string) => View | undefined;
  stack: (user: string) => View[];
  home: (user: string) => View | undefined;
  /** Closes the visible view of a stack. */
  pop: (user: string) => void;
  clear: (user: string) => void;
  reset: () => void;
};

export function isRefusal(result: Result): result is Refusal {
  return 'error' in result;
}

export function createModals(options: { mint: Mint; now: () => number; triggerMs: number }): Modals {
  const { mint, now } = options;
  const views = new Map<string, View>();
  const stacks = new Map<string, string[]>();
  const homes = new Map<string, string>();
  const triggers = new Map<string, Trigger>();

  const stack = (user: string) => (stacks.get(user) ?? []).flatMap((id) => views.get(id) ?? []);

  function setStack(user: string, ids: string[]): void {
    for (const id of stacks.get(user) ?? []) if (!ids.includes(id)) views.delete(id);
    stacks.set(user, ids);
  }

  function refusalOf(content: JsonObject, kind: View['kind'], ownId?: string): Refusal | undefined {
    if (Buffer.byteLength(JSON.stringify(content)) > counts.viewBytes) return { error: 'view_too_large' };
    const messages = checkView(content, kind);
    if (messages.length > 0) return { error: 'invalid_arguments', messages };
    const externalId = stringOf(content.external_id);
    const taken =
      externalId !== '' &&
      [...views.values()].some((view) => view.id !== ownId && view.content.external_id === externalId);
    return taken ? { error: 'duplicate_external_id' } : undefined;
  }

  function exchange(triggerId: string): Trigger | Refusal {
    const trigger = triggers.get(triggerId);
    if (trigger === undefined) return { error: 'invalid_trigger_id' };
    if (trigger.used) return { error: 'exchanged_trigger_id' };
    if (now() - trigger.at > options.triggerMs) return { error: 'expired_trigger_id' };
    trigger.used = true;
    return trigger;
  }

  function create(user: string, kind: View['kind'], content: JsonObject, parent?: View): View {
    const id = mint.id('V');
    const view: View = {
      id,
      user,
      kind,
      content: structuredClone(content),
      blocks: named(objectsOf(content.blocks), mint),
      hash: mint.ts(),
      rootId: parent?.rootId ?? id,
      previousId: parent?.id ?? null,
      typed: {},
      offered: new Map(),
      errors: {},
    };
    views.set(id, view);
    return view;
  }

  function rewrite(view: View, content: JsonObject): View {
    view.content = structuredClone(content);
    view.blocks = named(objectsOf(content.blocks), mint);
    // What was typed survives only where block_id and action_id are unchanged.
    view.typed = currentValues(view.blocks, view.typed);
    view.errors = {};
    view.hash = mint.ts();
    return view;
  }

  function pushOnto(parent: View, content: JsonObject): Result {
    const ids = stack(parent.user).map((view) => view.id);
    if (!ids.includes(parent.id)) return { error: 'not_found' };
    if (ids.length >= counts.modalStack) return { error: 'push_limit_reached' };
    const refused = refusalOf(content, 'modal');
    if (refused !== undefined) return refused;
    const view = create(parent.user, 'modal', content, parent);
    setStack(parent.user, [...ids, view.id]);
    return view;
  }

  function replace(view: View, content: JsonObject): Result {
    return refusalOf(content, view.kind, view.id) ?? rewrite(view, content);
  }

  return {
    stack,
    pushOnto,
    replace,
    trigger(user, fromView) {
      const id = mint.triggerId();
      triggers.set(id, { user, at: now(), used: false, ...(fromView === undefined ? {} : { fromView }) });
      const oldest = triggers.keys().next().value;
      if (triggers.size > 1_000 && oldest !== undefined) triggers.delete(oldest);
      return id;
    },
    open(triggerId, content) {
      const refused = refusalOf(content, 'modal');
      if (refused !== undefined) return refused;
      const trigger = exchange(triggerId);
      if ('error' in trigger) return trigger;
      const view = create(trigger.user, 'modal', content);
      setStack(trigger.user, [view.id]);
      return view;
    },
    push(triggerId, content) {
      const refused = refusalOf(content, 'modal');
      if (refused !== undefined) return refused;
      const trigger = exchange(triggerId);
      if ('error' in trigger) return trigger;
      const parent = trigger.fromView === undefined ? undefined : views.get(trigger.fromView);
      if (parent === undefined || parent.kind !== 'modal') return { error: 'view_not_found' };
      return pushOnto(parent, content);
    },
    update({ viewId, externalId }, content, hash) {
      const view =
        viewId === ''
          ? [...views.values()].find((each) => externalId !== '' && each.content.external_id === externalId)
          : views.get(viewId);
      if (view === undefined) return { error: 'not_found' };
      if (hash !== '' && hash !== view.hash) return { error: 'hash_conflict' };
      return replace(view, content);
    },
    publish(user, content, hash) {
      const existing = views.get(homes.get(user) ?? '');
      if (existing !== undefined && hash !== '' && hash !== existing.hash) return { error: 'hash_conflict' };
      if (existing !== undefined) return replace(existing, content);
      const refused = refusalOf(content, 'home');
      if (refused !== undefined) return refused;
      const view = create(user, 'home', content);
      homes.set(user, view.id);
      return view;
    },
    find: (id) => views.get(id),
    home: (user) => views.get(homes.get(user) ?? ''),
    pop: (user) => setStack(user, (stacks.get(user) ?? []).slice(0, -1)),
    clear: (user) => setStack(user, []),
    reset() {
      views.clear();
      stacks.clear();
      homes.clear();
      triggers.clear();
    },
  };
}

function optionalText(value: JsonObject, key: string): JsonObject | null {
  const text = value[key];
  return isObject(text) ? structuredClone(text) : null;
}

/** A view object as Slack sends it ({@link https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload}). */
export function viewObject(view: View, app: Installation): JsonObject {
  const { content } = view;
  return {
    id: view.id,
    team_id: app.teamId,
    type: view.kind,
    blocks: structuredClone(view.blocks),
    private_metadata: stringOf(content.private_metadata),
    callback_id: stringOf(content.callback_id),
    state: { values: structuredClone(currentValues(view.blocks, view.typed)) },
    hash: view.hash,
    title: optionalText(content, 'title') ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: content.clear_on_close === true,
    notify_on_close: content.notify_on_close === true,
    close: optionalText(content, 'close'),
    submit: optionalText(content, 'submit'),
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: app.appId,
    external_id: stringOf(content.external_id),
    app_installed_team_id: app.teamId,
    bot_id: app.botId,
  };
}

export function viewSeen(view: View): ViewSeen {
  const words = (key: string) => (isObject(view.content[key]) ? stringOf(objectOf(view.content[key]).text) : null);
  return {
    id: view.id,
    type: view.kind,
    hash: view.hash,
    callbackId: stringOf(view.content.callback_id),
    externalId: stringOf(view.content.external_id),
    title: words('title') ?? '',
    submit: words('submit'),
    close: words('close'),
    blocks: structuredClone(view.blocks),
    values: structuredClone(currentValues(view.blocks, view.typed)),
    errors: { ...view.errors },
    privateMetadata: stringOf(view.content.private_metadata),
  };
}
