/** Inputs that hold functions. */
import fc from 'fast-check';

/**
 * Has each row shown as its name alone. A function would be shown as its source text, of which every runtime
 * keeps another form; and what a row draws depends on how it is shown.
 */
export function shownAs<T extends object>(name: (row: T) => string, rows: readonly T[]): readonly T[] {
  return rows.map((row) => ({ ...row, [fc.toStringMethod]: () => JSON.stringify(name(row)) }));
}
