// The language in which Block Kit's grammar is written down: what a value must be, and how much of it. Knows no block.

/** What one value must be. `shape` names an entry of {@link shapes}; `element` and `block` pick the shape by the value's `type`. */
export type Rule =
  | { is: 'text'; max: number; min?: number; only?: 'plain_text' | 'mrkdwn' }
  | { is: 'string'; max: number; min?: number; oneOf?: readonly string[] }
  | { is: 'number'; min?: number; max?: number }
  | { is: 'boolean' }
  | { is: 'list'; of: Rule; min: number; max: number }
  | { is: 'shape'; name: string }
  | { is: 'element'; of: readonly string[] }
  | { is: 'block'; of: readonly string[] }
  /** Accepted as it comes: parts that the app does not use. */
  | { is: 'anything' };

export type Shape = {
  props: Readonly<Record<string, Rule>>;
  required?: readonly string[];
  /** At least one of these. */
  either?: readonly string[];
  /** At most one of these. */
  exclusive?: readonly string[];
};

export const id: Rule = { is: 'string', max: 255 };
export const flag: Rule = { is: 'boolean' };
export const anything: Rule = { is: 'anything' };
export const string = (max: number): Rule => ({ is: 'string', max });
export const text = (max: number): Rule => ({ is: 'text', max, min: 1 });
export const plain = (max: number): Rule => ({ is: 'text', max, min: 1, only: 'plain_text' });
export const mrkdwn = (max: number): Rule => ({ is: 'text', max, min: 1, only: 'mrkdwn' });
export const list = (of: Rule, min: number, max: number): Rule => ({ is: 'list', of, min, max });
export const shape = (name: string): Rule => ({ is: 'shape', name });
export const style: Rule = { is: 'string', max: 20, oneOf: ['primary', 'danger'] };
