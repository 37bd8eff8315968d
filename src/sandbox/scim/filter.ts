// Reads the filter grammar of RFC 7644 §3.4.2.2 and the PATCH paths of §3.5.2 into trees.
// Refuses to know which attributes exist: it knows the shape of a sentence, not its meaning.

import { Refusal, type ScimType } from './refusal.ts';

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** An attribute as written: `name`, `name.sub`, `urn:…:name.sub`. */
export type AttributePath = {
  readonly urn: string | undefined;
  readonly name: string;
  readonly sub: string | undefined;
};

export type FilterValue = string | number | boolean | null;

export type Filter =
  | { readonly kind: 'and'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly inner: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'some'; readonly path: AttributePath; readonly inner: Filter }
  | {
      readonly kind: 'compare';
      readonly path: AttributePath;
      readonly operator: Operator;
      readonly value: FilterValue;
    };

/** A PATCH path: an attribute, optionally which of its values, optionally which part of those. */
export type PatchPath = {
  readonly path: AttributePath;
  readonly filter: Filter | undefined;
  readonly sub: string | undefined;
};

/** Longest filter or path that is read; longer ones are refused. Characters. */
export const MAX_EXPRESSION = 8_192;
const MAX_DEPTH = 40;
const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const NAME = /^[A-Za-z$][A-Za-z0-9_$-]*$/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const WORD = /[^\s()[\]"]+/y;
const SPACE = /\s*/y;

/**
 * Parses a filter.
 * @throws Refusal 400 `invalidFilter` where the text does not follow the grammar.
 */
export function parseFilter(text: string): Filter {
  const reader = createReader(text, 'invalidFilter');
  const filter = readOr(reader, 0, true);
  reader.expectEnd();
  return filter;
}

/**
 * Parses the `path` of a PATCH operation.
 * @throws Refusal 400 `invalidPath` where the text does not follow the grammar.
 */
export function parsePatchPath(text: string): PatchPath {
  const reader = createReader(text, 'invalidPath');
  const path = readAttributePath(reader, reader.word());
  if (!reader.take('[')) {
    reader.expectEnd();
    return { path, filter: undefined, sub: undefined };
  }
  if (path.sub !== undefined) reader.refuse('a value filter follows a whole attribute');
  const filter = readOr(reader, 0, false);
  if (!reader.take(']')) reader.refuse('a closing bracket is missing');
  const rest = reader.rest();
  if (rest === '') return { path, filter, sub: undefined };
  const sub = rest.slice(1);
  if (!rest.startsWith('.') || !NAME.test(sub)) reader.refuse('only a sub-attribute may follow a value filter');
  return { path, filter, sub };
}

/** Splits `urn:…:name.sub`; undefined where `text` is no attribute path. */
export function parseAttributePath(text: string): AttributePath | undefined {
  const colon = text.lastIndexOf(':');
  const urn = colon < 0 ? undefined : text.slice(0, colon);
  const [name = '', sub, ...more] = text.slice(colon + 1).split('.');
  if (!NAME.test(name) || more.length > 0 || (sub !== undefined && !NAME.test(sub))) return undefined;
  if (urn !== undefined && !/^urn:/i.test(urn)) return undefined;
  return { urn, name, sub };
}

type Reader = {
  word(): string;
  peekWord(): string;
  take(symbol: string): boolean;
  value(): FilterValue;
  rest(): string;
  space(): boolean;
  expectEnd(): void;
  refuse(why: string): never;
};

function createReader(text: string, scimType: ScimType): Reader {
  let at = 0;
  const refuse = (why: string): never => {
    throw new Refusal(400, scimType, `Not understood at character ${at + 1}: ${why}`);
  };
  if (text.length > MAX_EXPRESSION) refuse('the expression is too long');
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? '';
  };
  const space = (): boolean => {
    const skipped = match(SPACE).length;
    at += skipped;
    return skipped > 0;
  };
  const word = (): string => {
    space();
    const found = match(WORD);
    at += found.length;
    return found;
  };
  const value = (): FilterValue => {
    space();
    const quoted = match(STRING);
    if (quoted !== '') {
      at += quoted.length;
      try {
        const parsed: unknown = JSON.parse(quoted);
        if (typeof parsed === 'string') return parsed;
      } catch {
        // Falls through to the refusal: a bad escape or a bare control character is no JSON string.
      }
      return refuse('the text in quotation marks is not a JSON string');
    }
    const number = match(NUMBER);
    const literal = match(WORD);
    at += literal.length;
    if (literal === 'true' || literal === 'false') return literal === 'true';
    if (literal === 'null') return null;
    if (number !== '' && number === literal) return Number(number);
    return refuse('a JSON string, number, true, false or null is expected');
  };
  return {
    word,
    peekWord: () => {
      space();
      return match(WORD);
    },
    take: (symbol) => {
      space();
      if (text[at] !== symbol) return false;
      at += 1;
      return true;
    },
    value,
    rest: () => {
      const rest = text.slice(at);
      at = text.length;
      return rest;
    },
    space,
    expectEnd: () => {
      space();
      if (at < text.length) refuse('nothing is expected here');
    },
    refuse,
  };
}

function readOr(reader: Reader, depth: number, bracketsAllowed: boolean): Filter {
  let left = readAnd(reader, depth, bracketsAllowed);
  while (reader.peekWord().toLowerCase() === 'or') {
    reader.word();
    left = { kind: 'or', left, right: readAnd(reader, depth, bracketsAllowed) };
  }
  return left;
}

function readAnd(reader: Reader, depth: number, bracketsAllowed: boolean): Filter {
  let left = readTerm(reader, depth, bracketsAllowed);
  while (reader.peekWord().toLowerCase() === 'and') {
    reader.word();
    left = { kind: 'and', left, right: readTerm(reader, depth, bracketsAllowed) };
  }
  return left;
}

function readTerm(reader: Reader, depth: number, bracketsAllowed: boolean): Filter {
  if (depth >= MAX_DEPTH) reader.refuse('the expression is nested too deeply');
  if (reader.take('(')) return readGroup(reader, depth, bracketsAllowed);
  const first = reader.word();
  if (first === '') reader.refuse('an attribute is expected');
  if (first.toLowerCase() === 'not' && reader.take('(')) {
    return { kind: 'not', inner: readGroup(reader, depth, bracketsAllowed) };
  }
  const path = readAttributePath(reader, first);
  if (reader.take('[')) {
    if (!bracketsAllowed || path.sub !== undefined) reader.refuse('a value filter is not allowed here');
    const inner = readOr(reader, depth + 1, false);
    if (!reader.take(']')) reader.refuse('a closing bracket is missing');
    return { kind: 'some', path, inner };
  }
  const operator = reader.word().toLowerCase();
  if (operator === 'pr') return { kind: 'present', path };
  if (!isOperator(operator)) return reader.refuse('a comparison operator is expected');
  if (!reader.space()) reader.refuse('a space is expected after the operator');
  return { kind: 'compare', path, operator, value: reader.value() };
}

function readGroup(reader: Reader, depth: number, bracketsAllowed: boolean): Filter {
  const inner = readOr(reader, depth + 1, bracketsAllowed);
  if (!reader.take(')')) reader.refuse('a closing parenthesis is missing');
  return inner;
}

function readAttributePath(reader: Reader, word: string): AttributePath {
  return parseAttributePath(word) ?? reader.refuse('this is no attribute name');
}

function isOperator(word: string): word is Operator {
  return OPERATORS.has(word);
}
