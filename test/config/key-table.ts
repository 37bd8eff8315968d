/**
 * The key table of `docs/policy.md`, made from the schema.
 * Knows how a table looks in Markdown and nothing else.
 */
import type { KeyLine } from '../../src/config/file-schema.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** One row for each key: name, how it is written, default, meaning. */
export function keyTable(keys: readonly KeyLine[]): string {
  const rows = keys.map(({ path, form, default: otherwise, about }) => {
    const name = path.join('.').replaceAll('.[]', '[]');
    return `| \`${name}\` | ${cell(form)} | ${otherwise === undefined ? '' : cell(otherwise)} | ${cell(about)} |`;
  });
  return ['| key | how it is written | default | what it means |', '|---|---|---|---|', ...rows].join('\n');
}
