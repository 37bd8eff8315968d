// Server-Sent Events: each open page is told what its person sees, and what goes on behind the scenes, whenever that changes.
// Knows when to look, not what is shown. A page that does not keep up is cut off and connects again by itself.

import type { ServerResponse } from 'node:http';

/** What the page is told, by name; each is looked at afresh when it is sent. */
export type Sources = {
  /** The same for every page. */
  readonly shared: Readonly<Record<string, () => unknown>>;
  /** What the person sees as whom the page looks. */
  screen(user: string): unknown;
};

export type Feed = {
  /** Sends everything, then every change until the connection closes. */
  open(response: ServerResponse, user: string): void;
  /** One of the shared sources has changed, or a screen (nobody named: perhaps everybody's). */
  changed(source: string, user?: string): void;
  /** Sends at once; kept by nobody. */
  say(event: string, data: unknown): void;
  close(): void;
};

const MOST_PAGES = 32;
/** Unsent bytes after which a page counts as gone. */
const MOST_UNSENT = 8 * 1024 * 1024;
/** Changes within this many ms are told together. */
const TOGETHER = 15;

type Page = { readonly response: ServerResponse; readonly user: string };

export function createFeed(sources: Sources): Feed {
  const pages = new Set<Page>();
  const dirty = new Set<string>();
  const screens = new Set<string>();
  let everybody = false;
  let timer: NodeJS.Timeout | undefined;
  const beat = setInterval(() => {
    for (const page of pages) page.response.write(': still here\n\n');
  }, 15_000);
  beat.unref();

  function send(page: Page, event: string, data: unknown): void {
    if (page.response.writableLength > MOST_UNSENT) {
      page.response.destroy();
      return;
    }
    page.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  function flush(): void {
    timer = undefined;
    for (const name of dirty) {
      const data = sources.shared[name]?.();
      for (const page of pages) send(page, name, data);
    }
    for (const page of pages) if (everybody || screens.has(page.user)) send(page, 'screen', sources.screen(page.user));
    dirty.clear();
    screens.clear();
    everybody = false;
  }

  return {
    open(response, user) {
      const [oldest] = pages;
      if (pages.size >= MOST_PAGES) oldest?.response.destroy();
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      const page = { response, user };
      for (const [name, look] of Object.entries(sources.shared)) send(page, name, look());
      send(page, 'screen', sources.screen(user));
      pages.add(page);
      response.on('close', () => pages.delete(page));
    },
    changed(source, user) {
      if (source !== 'screen') dirty.add(source);
      else if (user === undefined) everybody = true;
      else screens.add(user);
      timer ??= setTimeout(flush, TOGETHER);
    },
    say(event, data) {
      for (const page of pages) send(page, event, data);
    },
    close() {
      clearInterval(beat);
      clearTimeout(timer);
      for (const page of pages) page.response.end();
      pages.clear();
    },
  };
}
