// response_url: five answers within thirty minutes, each to where the interaction was. Also places the message a command is acknowledged with.
import { checkMessageBlocks } from './blocks/check.ts';
import type { Json, JsonObject } from './contract.ts';
import { type Conversation, type Message, named } from './conversations.ts';
import { isObject, objectsOf, parseJson, stringOf } from './json.ts';
import type { World } from './world.ts';

/** Documented at https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const mostUses = 5;

/** Where an answer goes, and the message the interaction came from. */
export type Origin = { user: string; channel: string; message?: Message };
type Issued = Origin & { at: number; uses: number };

export type ResponseUrls = {
  issue: (origin: Origin) => string;
  handle: (secret: string, body: string) => { status: number; body: string };
  /** @returns the error, or undefined when the message was placed. */
  respond: (origin: Origin, content: JsonObject) => string | undefined;
  reset: () => void;
};

export function createResponseUrls(world: World, baseUrl: () => string): ResponseUrls {
  const issued = new Map<string, Issued>();
  const { conversations, mint, app, traffic } = world;

  function tell(conversation: Conversation): void {
    for (const member of conversation.members) if (member !== app.userId) traffic.changed(member);
  }

  function respond(origin: Origin, content: JsonObject): string | undefined {
    const conversation = conversations.find(origin.channel);
    if (conversation === undefined) return 'channel_not_found';
    const original =
      origin.message === undefined ? undefined : conversations.seen(origin.user, origin.channel, origin.message.ts);
    if (content.delete_original === true) {
      if (original !== undefined) conversations.remove(original);
      tell(conversation);
      return undefined;
    }
    const text = stringOf(content.text);
    const blocks: Json = content.blocks ?? [];
    if (checkMessageBlocks(blocks).length > 0) return 'invalid_blocks';
    if (text === '' && objectsOf(blocks).length === 0) return 'no_text';
    if (content.replace_original === true && original !== undefined) {
      original.text = text;
      original.blocks = named(objectsOf(blocks), mint);
      original.editedTs = mint.ts();
    } else {
      const draft = { user: app.userId, botId: app.botId, text, blocks: objectsOf(blocks) };
      if (content.response_type === 'in_channel') conversations.post(conversation, draft);
      else conversations.postEphemeral(conversation, origin.user, draft);
    }
    tell(conversation);
    return undefined;
  }

  function use(secret: string, body: string): { status: number; error?: string } {
    const target = issued.get(secret);
    if (target === undefined) return { status: 404, error: 'no_service' };
    if (world.now() - target.at > world.timing.responseUrl) return { status: 404, error: 'expired_url' };
    if (target.uses >= mostUses) return { status: 404, error: 'used_url' };
    const content = parseJson(body);
    if (!isObject(content)) return { status: 400, error: 'invalid_payload' };
    const error = respond(target, content);
    if (error !== undefined) return { status: 400, error };
    target.uses += 1;
    return { status: 200 };
  }

  return {
    respond,
    issue(origin) {
      const secret = mint.secret();
      issued.set(secret, { ...origin, at: world.now(), uses: 0 });
      const oldest = issued.keys().next().value;
      if (issued.size > 2_000 && oldest !== undefined) issued.delete(oldest);
      return `${baseUrl()}/respond/${secret}`;
    },
    handle(secret, body) {
      const started = performance.now();
      const { status, error } = use(secret, body);
      const answer = error === undefined ? 'ok' : JSON.stringify({ ok: false, error });
      traffic.record({
        at: world.now(),
        direction: 'in',
        name: 'response_url',
        ms: performance.now() - started,
        status,
        ok: error === undefined,
        ...(error === undefined ? {} : { error }),
        request: body,
        response: answer,
      });
      return { status, body: answer };
    },
    reset: () => issued.clear(),
  };
}
