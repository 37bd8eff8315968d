// One Web API call from raw request to answer: token, method, scopes, faults, rate limits, then the method; every call is recorded.
// Knows HTTP as plain values; sockets and streams are the server's.
import type { JsonObject } from '../contract.ts';
import { isObject, parseJson, stringOf } from '../json.ts';
import type { World } from '../world.ts';
import { appMethods } from './app.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { type ApiAnswer, answerTo, type Faults, json, rateLimited } from './faults.ts';
import { type Args, type Method, type Methods, type Reply, readArgs, refuse } from './method.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';

export type ApiRequest = {
  method: string;
  contentType: string;
  authorization: string;
  query: URLSearchParams;
  body: string;
};
function readRequest(request: ApiRequest): JsonObject {
  const query = Object.fromEntries(request.query);
  if (request.contentType.startsWith('application/json')) {
    const body = parseJson(request.body);
    return { ...query, ...(isObject(body) ? body : {}) };
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(request.body)) };
}

function tokenOf(request: ApiRequest, all: JsonObject): string {
  const bearer = /^Bearer (.+)$/i.exec(request.authorization);
  return bearer?.[1] ?? stringOf(all.token);
}

function tokenRefusal(token: string, method: Method, { app }: World): Reply | undefined {
  if (method.token === 'none') return undefined;
  if (token === '') return refuse('not_authed');
  if (token !== app.botToken && token !== app.appToken) return refuse('invalid_auth');
  const wanted = method.token === 'bot' ? app.botToken : app.appToken;
  return token === wanted ? undefined : refuse('not_allowed_token_type');
}

function scopeRefusal(needed: readonly string[], { app }: World): Reply | undefined {
  if (needed.every((scope) => app.scopes.has(scope))) return undefined;
  return refuse('missing_scope', { needed: needed.join(','), provided: [...app.scopes].join(',') });
}

export function createApi(world: World, faults: Faults, openSocket: () => string): (request: ApiRequest) => ApiAnswer {
  const methods: Methods = {
    ...appMethods(openSocket),
    ...userMethods,
    ...conversationMethods,
    ...chatMethods,
    ...viewMethods,
  };

  function perform(method: Method, name: string, token: string, args: Args): ApiAnswer {
    const refused = tokenRefusal(token, method, world);
    if (refused !== undefined) return json(refused);
    const wait = world.rates.take(name, method.tier, method.postsTo?.(args));
    if (wait > 0) return rateLimited(wait);
    const needed = method.scopes?.(args, world) ?? [];
    const headers = { 'x-oauth-scopes': [...world.app.scopes].join(','), 'x-accepted-oauth-scopes': needed.join(',') };
    return json(scopeRefusal(needed, world) ?? method.run(args, world), 200, headers);
  }

  function handle(request: ApiRequest, all: JsonObject): ApiAnswer {
    const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (method === undefined) return json(refuse('unknown_method', { req_method: request.method }));
    const token = tokenOf(request, all);
    const { token: _token, ...rest } = all;
    const fault = faults.take(request.method);
    if (fault === undefined) return perform(method, request.method, token, readArgs(rest));
    const { answer, applied } = answerTo(fault);
    if (applied) perform(method, request.method, token, readArgs(rest));
    return answer;
  }

  return (request) => {
    const started = performance.now();
    const all = readRequest(request);
    const answer = handle(request, all);
    const { token: _token, ...shown } = all;
    const body = answer.kind === 'answer' ? answer.body : '';
    const reply = parseJson(body);
    const error =
      answer.kind === 'answer' ? (isObject(reply) ? stringOf(reply.error) : `http_${answer.status}`) : answer.kind;
    world.traffic.record({
      at: world.now(),
      direction: 'in',
      name: request.method,
      ms: performance.now() - started,
      status: answer.kind === 'answer' ? answer.status : 0,
      ok: error === '',
      ...(error === '' ? {} : { error }),
      request: JSON.stringify(shown),
      response: body,
    });
    return answer;
  };
}
