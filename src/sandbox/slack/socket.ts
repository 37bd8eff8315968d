// Socket Mode: tickets, up to ten connections, envelopes and their acknowledgements, refreshes. Knows nothing of what envelopes carry.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json, JsonObject, Timing } from './contract.ts';
import { isObject, parseJson, stringOf } from './json.ts';

export type SocketAnswer = { ok: true; body: Json } | { ok: false; error: 'operation_timeout' | 'dispatch_failed' };

export type SocketHub = {
  /** The path and query of one connection, good once for 30 s. */
  ticket: () => string;
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Sends to one of the connections; resolves with the acknowledgement. */
  send: (envelope: JsonObject, timeoutMs: number) => Promise<SocketAnswer>;
  connections: () => number;
  refresh: () => void;
  drop: () => void;
  close: () => void;
};

/** Slack refuses an eleventh connection ({@link https://docs.slack.dev/apis/events-api/using-socket-mode}). */
const mostConnections = 10;
const ticketMs = 30_000;
const largestMessage = 1_000_000;

type Pending = { envelope: JsonObject; on: WebSocket | undefined; settle: (answer: SocketAnswer) => void };

export function createSocketHub(options: {
  appId: string;
  now: () => number;
  timing: Timing;
  /** A connection was opened or has ended. */
  changed: () => void;
}): SocketHub {
  const { appId, now, timing, changed } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  const tickets = new Map<string, number>();
  /** Open connections in the order of their turn; those being refreshed get nothing new. */
  const open = new Set<WebSocket>();
  const leaving = new Set<WebSocket>();
  const pending = new Map<string, Pending[]>();
  const timers = new Set<NodeJS.Timeout>();

  const next = (): WebSocket | undefined => {
    const socket = [...open].find((each) => !leaving.has(each) && each.readyState === each.OPEN);
    if (socket !== undefined) {
      open.delete(socket);
      open.add(socket);
    }
    return socket;
  };

  function assign(waiting: Pending): void {
    waiting.on = next();
    waiting.on?.send(JSON.stringify(waiting.envelope));
  }

  function acknowledged(data: string): void {
    const message = parseJson(data);
    if (!isObject(message)) return;
    const id = stringOf(message.envelope_id);
    const waiting = pending.get(id)?.shift();
    if (waiting === undefined) return;
    const payload = message.payload ?? null;
    const empty = payload === null || (isObject(payload) && Object.keys(payload).length === 0);
    waiting.settle({ ok: true, body: empty || waiting.envelope.accepts_response_payload !== true ? null : payload });
  }

  function attach(socket: WebSocket): void {
    if (open.size >= mostConnections) {
      socket.send(
        JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: 'sandbox' } }),
      );
      socket.close();
      return;
    }
    open.add(socket);
    const pings = setInterval(() => socket.ping(), timing.socketPing);
    pings.unref();
    socket.on('message', (data: Buffer) => acknowledged(data.toString('utf8')));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(pings);
      open.delete(socket);
      leaving.delete(socket);
      changed();
      // What this connection never acknowledged is Slack's to deliver again, over any other.
      for (const waiting of [...pending.values()].flat()) if (waiting.on === socket) assign(waiting);
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: open.size,
        debug_info: { host: 'sandbox', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: appId },
      }),
    );
    for (const waiting of [...pending.values()].flat()) if (waiting.on === undefined) assign(waiting);
    changed();
  }

  function later(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return timer;
  }

  function settleAll(answer: SocketAnswer): void {
    for (const waiting of [...pending.values()].flat()) waiting.settle(answer);
  }

  return {
    ticket() {
      const ticket = randomBytes(18).toString('base64url');
      tickets.set(ticket, now());
      return `/link/?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://sandbox').searchParams.get('ticket') ?? '';
      const issued = tickets.get(ticket);
      tickets.delete(ticket);
      if (issued === undefined || now() - issued > ticketMs) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, attach);
    },
    send(envelope, timeoutMs) {
      const id = stringOf(envelope.envelope_id);
      return new Promise((resolve) => {
        const timer = later(timeoutMs, () => waiting.settle({ ok: false, error: 'operation_timeout' }));
        const waiting: Pending = {
          envelope,
          on: undefined,
          settle(answer) {
            clearTimeout(timer);
            timers.delete(timer);
            const rest = (pending.get(id) ?? []).filter((each) => each !== waiting);
            if (rest.length === 0) pending.delete(id);
            else pending.set(id, rest);
            resolve(answer);
          },
        };
        pending.set(id, [...(pending.get(id) ?? []), waiting]);
        assign(waiting);
        if (waiting.on === undefined) waiting.settle({ ok: false, error: 'dispatch_failed' });
      });
    },
    connections: () => open.size,
    refresh() {
      for (const socket of open) {
        leaving.add(socket);
        socket.send(JSON.stringify({ type: 'disconnect', reason: 'warning', debug_info: { host: 'sandbox' } }));
        later(timing.socketGrace, () => {
          if (socket.readyState !== socket.OPEN) return;
          socket.send(
            JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'sandbox' } }),
          );
          socket.close();
        });
      }
    },
    drop() {
      for (const socket of open) socket.terminate();
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      settleAll({ ok: false, error: 'dispatch_failed' });
      for (const socket of open) socket.terminate();
      server.close();
    },
  };
}
