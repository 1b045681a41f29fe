/** The interruptions that were measured. */
import type { Figure } from '../page/section.ts';
import { figure } from '../page/section.ts';

export class Pauses {
  private readonly values = new Map<string, number[]>();
  private readonly changes = new Map<string, number[]>();
  private readonly tried = new Set<string>();
  readonly faults: string[] = [];
  private readonly progress: (line: string) => void;

  constructor(progress: (line: string) => void) {
    this.progress = progress;
  }

  /**
   * @param gap milliseconds; undefined: nothing came again in time
   * @param change milliseconds that the change of the host itself took
   */
  add(move: string, traffic: string, tunnel: string, gap: number | undefined, change: number): void {
    const what = `${move}, ${traffic}, ${tunnel}`;
    this.progress(`${what}: ${gap === undefined ? 'nothing came again' : `${gap.toFixed(0)} ms`}`);
    if (gap === undefined)
      this.faults.push(`${what}: after one of the moves nothing came again in 30 s, and its flow was ended.`);
    else note(this.values, what, gap);
    note(this.changes, move, change);
    this.tried.add(`${move}, ${tunnel}`);
  }

  fault(text: string): void {
    this.progress(text);
    this.faults.push(`${text}.`);
  }

  /** Moves in the order in which they came first. */
  moves(): string[] {
    return [...this.changes.keys()];
  }

  /** Whether a tunnel was there for that move. */
  isTried(move: string, tunnel: string): boolean {
    return this.tried.has(`${move}, ${tunnel}`);
  }

  /** Null if nothing was measured. */
  of(move: string, traffic: string, tunnel: string): Figure | null {
    const values = this.values.get(`${move}, ${traffic}, ${tunnel}`);
    return values === undefined ? null : figure(values);
  }

  /** How long the host itself was at it. */
  change(move: string): Figure | null {
    const values = this.changes.get(move);
    return values === undefined ? null : figure(values);
  }
}

function note(values: Map<string, number[]>, key: string, value: number): void {
  values.set(key, [...(values.get(key) ?? []), value]);
}
