/** What is measured side by side in one run: the form in which a benchmark hands its figures to the page. */

/** Repeated measurements of one thing. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How often it was measured. */
  readonly runs: number;
}

/** One column of a table: what is measured, in which unit, and whether more of it is better. */
export interface Column {
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

export interface Row {
  readonly name: string;
  /** As many as there are columns; null where this row could not be measured, and a note says why. */
  readonly figures: readonly (Figure | null)[];
}

/** Rows that were measured turn by turn in one run. Each figure is shown as its ratio to the base row's, too. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Name of the row that all others are compared with. */
  readonly base: string;
}

/** A plot with one line or group of bars a series. */
export interface Plot {
  /** File name without ending, one word or several with hyphens. */
  readonly id: string;
  readonly title: string;
  readonly kind: 'bars' | 'lines';
  readonly x: {
    readonly name: string;
    readonly values: readonly (string | number)[];
    readonly logarithmic?: true;
  };
  readonly y: { readonly name: string; readonly unit: string; readonly logarithmic?: true };
  readonly series: readonly { readonly name: string; readonly values: readonly (Figure | null)[] }[];
}

/** What a claim of the project demands of the figures, judged when the page is made. */
export interface Claim {
  readonly text: string;
  /** The measured ratio. */
  readonly measured: number;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Section {
  /** One word or several with hyphens; its figures are in `results/<id>.json`. */
  readonly id: string;
  readonly title: string;
  /** What was measured and how, in a few sentences of Markdown. */
  readonly about: string;
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  readonly claims: readonly Claim[];
  /** Of the programs beside ours: name to version. */
  readonly versions: Readonly<Record<string, string>>;
  /** What a reader has to know to not read too much out of it; what was left out, with the reason. */
  readonly notes: readonly string[];
}

/** How a section is measured. */
export interface Benchmark {
  readonly id: string;
  readonly title: string;
  /** Why it can't be measured here, in one line; undefined if it can. */
  lacks(): string | undefined;
  /** Measures. `progress` takes a line for each step; `quick` asks for tiny sizes, to try the benchmark itself. */
  measure(options: { readonly quick: boolean; progress(line: string): void }): Promise<Section>;
}

/** The figure of repeated measurements; at least one. */
export function figure(values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, min: at(0), max: at(sorted.length - 1), runs: sorted.length };
}
