// The record of both directions of traffic, newest 500, with tokens masked, and the listeners of calls and changes. Keeps nothing else.
import type { Call } from './contract.ts';

const kept = 500;
const shown = 4_000;

export type Traffic = {
  record: (call: Omit<Call, 'id'> & { id?: string }) => Call;
  calls: () => Call[];
  changed: (user?: string) => void;
  onCall: (listener: (call: Call) => void) => () => void;
  onChange: (listener: (user: string | undefined) => void) => () => void;
  clear: () => void;
};

/** @param secrets values that must never be shown, whatever they look like. */
export function createTraffic(secrets: readonly string[]): Traffic {
  let calls: Call[] = [];
  let serial = 0;
  const callListeners = new Set<(call: Call) => void>();
  const changeListeners = new Set<(user: string | undefined) => void>();
  const mask = (text: string) => {
    let masked = text;
    for (const secret of secrets) if (secret !== '') masked = masked.replaceAll(secret, '•••');
    masked = masked.replace(/\bx(?:ox[a-z]|app)-[\w-]+/g, '•••').replace(/(\/respond\/)[\w-]+/g, '$1•••');
    return masked.length > shown ? `${masked.slice(0, shown)}…` : masked;
  };
  return {
    record(call) {
      serial += 1;
      const masked: Call = {
        ...call,
        id: call.id ?? `c${serial}`,
        request: mask(call.request),
        response: mask(call.response),
      };
      calls = calls.length < kept ? [...calls, masked] : [...calls.slice(1), masked];
      for (const listener of callListeners) listener(masked);
      return masked;
    },
    calls: () => [...calls],
    changed(user) {
      for (const listener of changeListeners) listener(user);
    },
    onCall(listener) {
      callListeners.add(listener);
      return () => callListeners.delete(listener);
    },
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    clear() {
      calls = [];
    },
  };
}
