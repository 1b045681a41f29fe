/** What is kept of a section that was measured, and what of it the page says more than once. */
import type { Claim, Figure, Section } from './section.ts';

export interface Machine {
  /** As the system names its processor. */
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  /** Bytes. */
  readonly memory: number;
}

/** A file of `results/`. */
export interface Stored {
  /** Year, month and day. */
  readonly measuredOn: string;
  /** How long it took, in seconds. */
  readonly took: number;
  readonly machine: Machine;
  /** Of what ran it, and of the project: name to version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly section: Section;
}

/** Whether the figures are as a claim demands. */
export function isHeld({ measured, bound }: Claim): boolean {
  return 'atLeast' in bound ? measured >= bound.atLeast : measured <= bound.atMost;
}

/**
 * Says what is wrong with the form of a section: a row with other than as many figures as columns, a base that is no
 * row, a series with other than as many values as the plot has places, names of files that are not plain, what is no
 * number.
 */
export function faultsOf({ id, tables, plots, claims }: Section): string[] {
  const faults: string[] = [];
  for (const { text, measured } of claims)
    if (!Number.isFinite(measured)) faults.push(`claim "${text}": ${measured} was measured`);
  for (const { title, columns, rows, base } of tables) {
    if (!rows.some(({ name }) => name === base)) faults.push(`table "${title}": there is no row "${base}"`);
    for (const { name, figures } of rows)
      if (figures.length !== columns.length)
        faults.push(
          `table "${title}", row "${name}": ${figures.length} figures in ${columns.length} columns`,
        );
      else if (!figures.every(isFigure))
        faults.push(`table "${title}", row "${name}": a figure is no number`);
  }
  for (const { id, x, series } of plots)
    for (const { name, values } of series)
      if (values.length !== x.values.length)
        faults.push(`plot "${id}", series "${name}": ${values.length} values at ${x.values.length} places`);
      else if (!values.every(isFigure)) faults.push(`plot "${id}", series "${name}": a figure is no number`);
  for (const name of [id, ...plots.map((plot) => plot.id)])
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) faults.push(`"${name}" is no name for a file`);
  return faults.map((fault) => `${id}: ${fault}`);
}

function isFigure(value: Figure | null): boolean {
  return value === null || [value.median, value.min, value.max].every(Number.isFinite);
}
