// Slack's rate limits as data, and the windows that count against them. Knows methods by name only.

/**
 * Calls a minute by tier ({@link https://docs.slack.dev/apis/web-api/rate-limits}). `special` methods are documented as
 * "several hundred a minute".
 */
export const perMinute = { 1: 1, 2: 20, 3: 50, 4: 100, special: 300 } as const;
export type Tier = keyof typeof perMinute;

/** Posting to one channel: one message a second, with a short burst forgiven. */
export const postsPerChannel = { perSecond: 1, burst: 5 } as const;

export type RateLimits = {
  /** Seconds to wait when the call is over its limit, else 0 (and the call is counted). */
  take: (method: string, tier: Tier, channel?: string) => number;
  set: (on: boolean) => void;
  clear: () => void;
};

export function createRateLimits(now: () => number, initiallyOn: boolean): RateLimits {
  let on = initiallyOn;
  const windows = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; at: number }>();

  function overMinute(method: string, tier: Tier): number {
    const at = now();
    const recent = (windows.get(method) ?? []).filter((time) => time > at - 60_000);
    windows.set(method, recent);
    const oldest = recent[0];
    if (oldest === undefined || recent.length < perMinute[tier]) return 0;
    return Math.max(1, Math.ceil((oldest + 60_000 - at) / 1_000));
  }

  function overChannel(channel: string): number {
    const at = now();
    const bucket = buckets.get(channel) ?? { tokens: postsPerChannel.burst, at };
    const refilled = bucket.tokens + ((at - bucket.at) / 1_000) * postsPerChannel.perSecond;
    const tokens = Math.min(postsPerChannel.burst, refilled);
    buckets.set(channel, { tokens, at });
    return tokens >= 1 ? 0 : 1;
  }

  return {
    take(method, tier, channel) {
      if (!on) return 0;
      const minute = overMinute(method, tier);
      if (minute > 0) return minute;
      if (channel !== undefined) {
        if (overChannel(channel) > 0) return 1;
        const bucket = buckets.get(channel);
        if (bucket !== undefined) bucket.tokens -= 1;
      }
      windows.get(method)?.push(now());
      return 0;
    },
    set(value) {
      on = value;
    },
    clear() {
      windows.clear();
      buckets.clear();
    },
  };
}
