/**
 * The people file: CSV with the columns slack, email, manager (RFC 4180, strictly).
 * Knows neither the policy nor where the text came from; judges shape, not addresses.
 */

export interface PeopleRow {
  readonly line: number;
  readonly person: Readonly<Record<string, string>>;
}

export interface PeopleFault {
  readonly line: number;
  readonly what: string;
  readonly fix: string;
}

const COLUMNS = ['slack', 'email', 'manager'] as const;
const ROWS_MAX = 100_000;

/** One line's fields, or undefined when its quotes do not add up. No field of these columns spans lines. */
function fields(row: string): string[] | undefined {
  const found: string[] = [];
  let rest = row;
  for (;;) {
    const match = /^\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/.exec(rest);
    if (match === null) return undefined;
    found.push(match[1]?.replaceAll('""', '"') ?? match[2]?.trim() ?? '');
    if (match[3] === '') return found;
    rest = rest.slice(match[0].length);
  }
}

/** Reads the text. The columns may stand in any order; `email` must be there; an empty field counts as absent. */
export function readPeople(text: string): { rows: readonly PeopleRow[]; faults: readonly PeopleFault[] } {
  const rows: PeopleRow[] = [];
  const faults: PeopleFault[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.length > ROWS_MAX) {
    return {
      rows,
      faults: [{ line: 1, what: `has more than ${ROWS_MAX} lines`, fix: 'keep only people who need an entry' }],
    };
  }
  const header = fields(lines[0] ?? '')?.map((name) => name.toLowerCase()) ?? [];
  const known = header.every((name) => COLUMNS.some((column) => column === name));
  if (!known || !header.includes('email') || new Set(header).size !== header.length) {
    return {
      rows,
      faults: [{ line: 1, what: 'should be the header', fix: `write ${COLUMNS.join(',')} as the first line` }],
    };
  }
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const found = fields(line);
    if (found === undefined) {
      faults.push({
        line: index + 1,
        what: 'has a quote that is not closed',
        fix: 'quote whole fields; write "" for a quote inside',
      });
    } else if (found.length !== header.length) {
      faults.push({
        line: index + 1,
        what: `has ${found.length} fields`,
        fix: `write ${header.length}: ${header.join(',')}`,
      });
    } else {
      const person = header.map((name, at): [string, string] => [name, found[at] ?? '']);
      rows.push({ line: index + 1, person: Object.fromEntries(person.filter(([, value]) => value !== '')) });
    }
  }
  return { rows, faults };
}
