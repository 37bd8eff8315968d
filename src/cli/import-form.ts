/**
 * How an imported app is written down: one JSON document, or a table for people. Both begin before the end is known, and
 * both say at their end when something is missing. Reads nothing.
 */
import type { AccountRead, GroupRead, Whole } from '../directory/everything.ts';

export interface ImportHead {
  /** Key of the app. */
  readonly app: string;
  /** What people call it. */
  readonly name: string;
  /** ISO time at which the reading began. */
  readonly readAt: string;
}

/** Pieces of text that follow each other in the file. */
export interface ImportForm {
  head(): string;
  groups(groups: readonly GroupRead[]): string;
  accounts(accounts: readonly AccountRead[]): string;
  end(whole: Whole): string;
}

/** Rows of a list, one to a line. */
const rows = (values: readonly unknown[], first: boolean): string =>
  values.map((value, at) => `${first && at === 0 ? '' : ','}\n    ${JSON.stringify(value)}`).join('');

/** @param roleOf key of the role whose group this is, if any */
export function jsonForm(head: ImportHead, roleOf: (group: GroupRead) => string | undefined): ImportForm {
  let begun = false;
  return {
    head: () =>
      `{\n  "format": "rolecall import 1",\n${Object.entries(head)
        .map(([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`)
        .join('')}`,
    groups: (groups) => {
      const named = groups.map((group) => {
        const role = roleOf(group);
        return role === undefined ? group : { ...group, role };
      });
      return `  "groups": [${rows(named, true)}\n  ],\n  "accounts": [`;
    },
    accounts(accounts) {
      const text = rows(accounts, !begun);
      begun ||= accounts.length > 0;
      return text;
    },
    end: ({ gaps, strays, ...counts }) =>
      `\n  ],\n  "strays": [${rows(strays, true)}\n  ],\n  "complete": ${gaps.length === 0},\n  "gaps": ${JSON.stringify(gaps)},\n  "counts": ${JSON.stringify(counts)}\n}\n`,
  };
}

/** What a spreadsheet would take for the beginning of a formula; also in its wide forms. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** One cell, always quoted (RFC 4180); text that a spreadsheet would compute is marked as text. */
export function cell(value: string | undefined): string {
  // Leading blanks are skipped by some before they look for a formula.
  const plain = (value ?? '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return `"${(FORMULA.test(plain.trimStart()) ? `'${plain}` : plain).replaceAll('"', '""')}"`;
}

const COLUMNS = [
  ...['id', 'userName', 'email', 'displayName', 'givenName', 'familyName', 'active', 'externalId', 'title'],
  ...['department', 'managerId', 'created', 'lastModified', 'groups'],
] as const;

export function csvForm(): ImportForm {
  const names = new Map<string, string>();
  const row = (cells: readonly (string | undefined)[]): string => `${cells.map(cell).join(',')}\r\n`;
  return {
    head: () => row(COLUMNS),
    groups(groups) {
      for (const { id, name } of groups) names.set(id, name === '' ? id : name);
      return '';
    },
    accounts: (accounts) =>
      accounts
        .map((account) =>
          row([
            ...[account.id, account.userName, account.email, account.displayName ?? account.formatted],
            ...[account.givenName, account.familyName],
            account.active === undefined ? 'not said' : account.active ? 'yes' : 'no',
            ...[account.externalId, account.title, account.department, account.managerId],
            ...[account.created, account.lastModified],
            account.groups.map((id) => names.get(id) ?? id).join('; '),
          ]),
        )
        .join(''),
    // A table has no other place for it, and a short list must not look like a whole one.
    end: ({ gaps }) => (gaps.length === 0 ? '' : row(['INCOMPLETE', ...gaps])),
  };
}
