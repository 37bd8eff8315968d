/** The line format, letter by letter: what is written today is read, and verified, by whoever has the journal. */
import { expect, it } from 'vitest';
import {
  encodeFront,
  GENESIS,
  MAX_LINE_BYTES,
  openMiddle,
  type PublicEvent,
  sha256,
  splitNotes,
  writeLine,
} from '../../src/store/chain.ts';
import { event } from './records.ts';

const PRIVATE = 'ab'.repeat(32);
const EVENT =
  '{"type":"request.received","request":"r1","action":"grant","actor":{"kind":"person","slack":{"team":"T1","user":"U1"}},"about":["request:r1","person:T1/U1"]}';

const middleOf = (parts: Parameters<typeof encodeFront>[1]): string => {
  const [, middle = '', end] = encodeFront(GENESIS, parts, PRIVATE).front.split('\t');
  expect(end).toBe('');
  return middle;
};

it('the middle part of a commit has its fields in one order, and its events without their notes', () => {
  const { events, notes } = splitNotes([event('r1', 'INC-7')]);
  expect(notes).toEqual([{ reason: 'INC-7', requester: 'Robin' }]);
  expect(middleOf({ seq: 7, at: 1_795_600_000_000, synced: 5, events })).toBe(
    `{"seq":7,"v":1,"at":1795600000000,"synced":5,"events":[${EVENT}],"private":"${PRIVATE}"}`,
  );
});

it('the middle part of a snapshot has its mark, and leaves out what it does not have', () => {
  const events: PublicEvent[] = [];
  const previous = { seq: 6, hash: GENESIS };
  expect(middleOf({ seq: 7, at: 1, events, snapshot: { previous } })).toBe(
    `{"seq":7,"v":1,"at":1,"events":[],"snapshot":{"previous":{"seq":6,"hash":"${GENESIS}"}},"private":"${PRIVATE}"}`,
  );
});

it('the hash covers the previous hash, a tab, and the middle part', () => {
  // printf '%s\t%s' "$(printf '0%.0s' {1..64})" '{"seq":1,"v":1,"at":0,"events":[],"private":"abab…"}' | sha256sum
  const { hash, front } = encodeFront(GENESIS, { seq: 1, at: 0, events: [] }, PRIVATE);
  expect(hash).toBe('2bb6444dee36a4fcc83b928f8e46e44585f7637fc19e4b2ad13928562e75df20');
  expect(front.startsWith(`${hash}\t{`)).toBe(true);
});

it('a line written in place is spelled like one made of its parts, behind whatever is there', () => {
  const { events } = splitNotes([event('rÄ', 'INC-7')]);
  const parts = { seq: 7, at: 1, synced: 5, events };
  const text = '{"salt":"s","notes":["Łukasz 🎈"]}';
  const buffer = Buffer.alloc(MAX_LINE_BYTES + 10, '#');
  const { hash, bytes } = writeLine(buffer, 10, PRIVATE, openMiddle(parts), text);
  const expected = encodeFront(PRIVATE, parts, sha256(text));
  expect(hash).toBe(expected.hash);
  expect(buffer.toString('utf8', 10, 10 + bytes)).toBe(`${expected.front}${text}\n`);
  expect(buffer.toString('latin1', 0, 10) + buffer.toString('latin1', 10 + bytes, 20 + bytes)).toBe('#'.repeat(20));
});

it('a line may be as long as its bound and no longer, counted in bytes', () => {
  const open = openMiddle({ seq: 1, at: 0, events: [] });
  const room = MAX_LINE_BYTES - open.length - 133;
  const buffer = Buffer.alloc(MAX_LINE_BYTES);
  expect(writeLine(buffer, 0, GENESIS, open, 'x'.repeat(room)).bytes).toBe(MAX_LINE_BYTES);
  expect(() => writeLine(buffer, 0, GENESIS, open, 'x'.repeat(room + 1))).toThrow(/1048577 bytes/);
  expect(() => writeLine(buffer, 0, GENESIS, open, '€'.repeat(room / 2))).toThrow(/bytes/);
});
