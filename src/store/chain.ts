/**
 * One line of the journal, and the chain that holds the lines together: the format both stores write.
 * Refuses to know where lines are kept: no files, no SQL, no clock.
 */
import { hash as digest } from 'node:crypto';
import type { AuditEvent, Note } from '../access/audit.ts';
import type { Head, Job, Key, Kind, Put } from '../access/ports.ts';

/** The hash before the first line. */
export const GENESIS = '0'.repeat(64);
/** Lines of a commit are refused above this; only a snapshot may be longer. Bytes, newline included. */
export const MAX_LINE_BYTES = 1024 * 1024;
export const FORMAT = 1;

/** An event without what names or quotes people. */
export type PublicEvent = Omit<AuditEvent, 'note'> & { readonly note?: undefined };

/** Bytes of one segment that could not be read any more: `from` inclusive, `to` exclusive. */
export interface Damage {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
}

/** What a snapshot says about where it stands. */
export interface SnapshotMark {
  /** The last valid line before it. */
  readonly previous: Head;
  /** Given when lines were lost: the chain may leave out these bytes, and the sequence may jump. */
  readonly damage?: readonly Damage[];
}

/** The middle part: ids only, kept for ever. */
export interface Middle {
  readonly seq: number;
  readonly v: number;
  /** Business time, ms; never goes back. */
  readonly at: number;
  /**
   * The last line known to be durable when this one was written: it proves that a damaged line before it was not just
   * the torn end of a crash.
   */
  readonly synced?: number;
  readonly events: readonly PublicEvent[];
  readonly snapshot?: SnapshotMark;
  /** SHA-256 of the private part, hex. */
  readonly private: string;
}

/** What became of a job; `seq` is the line's own. */
export type JobEffect = { readonly set: Omit<Job, 'seq'> } | { readonly drop: string };

/** The private part of a commit: state, names, reasons. */
export interface Body {
  readonly salt: string;
  readonly put?: readonly Put[] | undefined;
  readonly remove?: readonly Key[] | undefined;
  /** Requests as they were when this commit took them out of live state. */
  readonly left?: readonly Extract<Put, { kind: 'request' }>[] | undefined;
  readonly jobs?: readonly JobEffect[] | undefined;
  /** By position in `events`. */
  readonly notes?: readonly (Note | null)[] | undefined;
}

/** The private part of a snapshot: the whole live state. */
export interface SnapshotBody {
  readonly salt: string;
  readonly records: readonly (readonly [Kind, string, unknown])[];
  readonly jobs: readonly Job[];
}

const TAB = 9;
const NEWLINE = 10;

export const sha256 = (data: string | Uint8Array): string => digest('sha256', data, 'hex');

/** SHA-256 over the previous hash's hex, a tab and the middle bytes. */
export const chainHash = (previous: string, middle: string): string => sha256(`${previous}\t${middle}`);

/** Parts an event: what stays for ever, and what may be erased. */
export function splitNotes(events: readonly AuditEvent[]): {
  events: PublicEvent[];
  notes: (Note | null)[] | undefined;
} {
  // Not in JSON, what is undefined; and a copy without it is slower to make.
  const open = events.map((event) => ({ ...event, note: undefined }));
  const notes = events.some(({ note }) => note !== undefined) ? events.map(({ note }) => note ?? null) : undefined;
  return { events: open, notes };
}

/** Puts an event and its note together again; an erased note stays away. */
export function joinNotes(events: readonly PublicEvent[], notes: readonly (Note | null)[] | undefined): AuditEvent[] {
  return events.map((event, index) => {
    const note = notes?.[index];
    return (note === undefined || note === null ? event : { ...event, note }) as AuditEvent;
  });
}

/** The middle part as text, up to where the private hash stands; `"}` closes it. */
export function openMiddle({ seq, at, synced, events, snapshot }: Omit<Middle, 'v' | 'private'>): string {
  const known = synced === undefined ? '' : `,"synced":${synced}`;
  const mark = snapshot === undefined ? '' : `,"snapshot":${JSON.stringify(snapshot)}`;
  return `{"seq":${seq},"v":${FORMAT},"at":${at}${known},"events":${JSON.stringify(events)}${mark},"private":"`;
}

/** Writes the two parts that come before the private one; `private_` is its exact text or its hash. */
export function encodeFront(
  previous: string,
  parts: Omit<Middle, 'v' | 'private'>,
  privateHash: string,
): { readonly hash: string; readonly front: string } {
  const middle = `${openMiddle(parts)}${privateHash}"}`;
  const hash = chainHash(previous, middle);
  return { hash, front: `${hash}\t${middle}\t` };
}

const HASH = 64;
/** Bytes of a line that are neither its open middle nor its private part: two hashes, two tabs, `"}` and the newline. */
const FRAME = 2 * HASH + 5;
/** Bytes that one unit of a string may become. */
const UTF8 = 3;

/**
 * Writes a whole line, newline included, as `encodeFront` and its private part would spell it. In place: it is never a
 * string of its own, and the hash of the line before, of which the line's own is made, stands where that one will stand
 * until it is known.
 *
 * @param into has room for MAX_LINE_BYTES behind `offset`
 * @param open the middle part up to where the private hash stands, see `openMiddle`
 * @returns the line's hash and its length, bytes
 * @throws Error when it is longer than a line may be; nothing is written then
 */
export function writeLine(
  into: Buffer,
  offset: number,
  previous: string,
  open: string,
  text: string,
): { readonly hash: string; readonly bytes: number } {
  // Counting is as dear as writing: only what might be too long is counted first.
  if ((open.length + text.length) * UTF8 + FRAME > MAX_LINE_BYTES) {
    const bytes = Buffer.byteLength(open) + Buffer.byteLength(text) + FRAME;
    if (bytes > MAX_LINE_BYTES) throw new Error(`a commit of ${bytes} bytes is more than a line may hold`);
  }
  const middleAt = into.writeUInt8(TAB, offset + into.write(previous, offset, 'latin1'));
  const privateAt = middleAt + into.write(open, middleAt);
  const middleEnd = privateAt + HASH + into.write('"}', privateAt + HASH, 'latin1');
  const textAt = into.writeUInt8(TAB, middleEnd);
  const textEnd = textAt + into.write(text, textAt);
  const end = into.writeUInt8(NEWLINE, textEnd);
  into.write(sha256(into.subarray(textAt, textEnd)), privateAt, 'latin1');
  const hash = sha256(into.subarray(offset, middleEnd));
  into.write(hash, offset, 'latin1');
  return { hash, bytes: end - offset };
}

/** A line taken apart, nothing believed yet. */
export interface Raw {
  readonly hash: string;
  /** A tab and the middle bytes, as written. */
  readonly tabbed: Uint8Array;
  readonly middle: Middle;
  readonly private: Uint8Array;
}

const HEX64 = /^[0-9a-f]{64}$/;

/** The hash a line begins with, if what is there can be one. */
export function declaredHash(line: Uint8Array): string | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(64, line.length)).toString('latin1');
  return HEX64.test(text) ? text : undefined;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isHead(value: unknown): value is Head {
  const head = value as Partial<Head> | null;
  return typeof head === 'object' && head !== null && isCount(head.seq) && HEX64.test(String(head.hash));
}

function isDamage(value: unknown): value is Damage {
  const damage = value as Partial<Damage> | null;
  return (
    typeof damage === 'object' &&
    damage !== null &&
    typeof damage.segment === 'string' &&
    isCount(damage.from) &&
    isCount(damage.to)
  );
}

function isMiddle(value: unknown): value is Middle {
  const middle = value as Partial<Middle> | null;
  if (typeof middle !== 'object' || middle === null) return false;
  const { snapshot } = middle;
  return (
    isCount(middle.seq) &&
    isCount(middle.v) &&
    isCount(middle.at) &&
    (middle.synced === undefined || isCount(middle.synced)) &&
    Array.isArray(middle.events) &&
    typeof middle.private === 'string' &&
    (snapshot === undefined ||
      (typeof snapshot === 'object' &&
        snapshot !== null &&
        isHead(snapshot.previous) &&
        (snapshot.damage === undefined || (Array.isArray(snapshot.damage) && snapshot.damage.every(isDamage)))))
  );
}

/** Takes a line (without its newline) apart; `undefined` when it does not have the form of one. */
export function decodeLine(line: Uint8Array): Raw | undefined {
  const hash = declaredHash(line);
  if (hash === undefined || line[64] !== TAB) return undefined;
  const end = line.indexOf(TAB, 65);
  if (end < 0) return undefined;
  const tabbed = line.subarray(64, end);
  const middle = parseJson(line.subarray(65, end));
  return isMiddle(middle) ? { hash, tabbed, middle, private: line.subarray(end + 1) } : undefined;
}

/** Whether the private part was replaced by dashes and blanks of the same length. */
export const isErased = (bytes: Uint8Array): boolean => bytes[0] === 0x2d;

/** Whether the private part is what the middle part vouches for, or was erased. */
export const privateHolds = (raw: Raw): boolean => isErased(raw.private) || sha256(raw.private) === raw.middle.private;

/** Whether the line follows the line of this hash. */
export const follows = (raw: Raw, previous: string): boolean =>
  sha256(Buffer.concat([Buffer.from(previous, 'latin1'), raw.tabbed])) === raw.hash;

/** The hash a line has to be checked against: a snapshot names its own predecessor. */
export const predecessor = (raw: Raw, previous: string): string => raw.middle.snapshot?.previous.hash ?? previous;

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}

/** The private part of a commit; `undefined` when erased or not an object. */
export function bodyOf(raw: Raw): Body | undefined {
  if (isErased(raw.private)) return undefined;
  const body = parseJson(raw.private);
  return typeof body === 'object' && body !== null ? (body as Body) : undefined;
}

/** The private part of a snapshot; `undefined` when erased or not one. */
export function snapshotOf(raw: Raw): SnapshotBody | undefined {
  if (isErased(raw.private)) return undefined;
  const body = parseJson(raw.private) as Partial<SnapshotBody> | undefined;
  return Array.isArray(body?.records) && Array.isArray(body.jobs) ? (body as SnapshotBody) : undefined;
}

/** What a line is found by later: its events' `about`, and the requests that left live state with it. */
export function termsOf(events: readonly PublicEvent[], body: Pick<Body, 'left'> | undefined): ReadonlySet<string> {
  const terms = new Set<string>();
  for (const event of events) for (const term of event.about) terms.add(term);
  for (const { id } of body?.left ?? []) terms.add(leftTerm(id));
  return terms;
}

/** Index term of the line with which a closed request left live state. */
export const leftTerm = (request: string): string => `left:${request}`;
