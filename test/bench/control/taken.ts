/** What was measured, by whom and of what. */
import type { Figure } from '../page/section.ts';
import { figure } from '../page/section.ts';
import type { Memory, Spent } from './load.ts';

/** A row. */
export type Subject = string;

/** Below this share of the whole time a server waited for its load. */
const BUSY = 0.5;

export class Taken {
  private readonly values = new Map<string, number[]>();
  /** What did not go as it should. */
  readonly faults: string[] = [];
  private readonly progress: (line: string) => void;

  constructor(progress: (line: string) => void) {
    this.progress = progress;
  }

  /** Notes how many a second of the server's processor there were. */
  rate(subject: Subject, what: string, spent: Spent): void {
    const { done, asked, seconds, server, load } = spent;
    this.add(subject, what, done / server);
    this.add(subject, `${what}, by the clock`, done / seconds);
    this.add(subject, `${what}, load`, load / server);
    const share = server / seconds;
    if (done < asked) this.faults.push(`${subject}, ${what}: ${asked - done} of ${asked} had no answer`);
    const idle = share < BUSY ? ', waited for its load' : '';
    this.progress(
      `${subject}, ${what}: ${done} in ${seconds.toFixed(2)} s, ${server.toFixed(2)} s of its processor, ` +
        `${load.toFixed(2)} s of the load's${idle}`,
    );
  }

  /** Notes what each of so many took in memory, in kilobytes. */
  memory(subject: Subject, of: string, before: Memory, after: Memory, count: number): void {
    const each = (bytes: number): number => bytes / count / 1000;
    this.add(subject, `memory of a ${of}`, each(after.resident - before.resident));
    this.add(subject, `held for a ${of}`, each(after.held - before.held));
    this.progress(
      `${subject}: ${each(after.resident - before.resident).toFixed(1)} kB a ${of}, ` +
        `${each(after.held - before.held).toFixed(1)} kB of them in use`,
    );
  }

  /** Null if there is none. */
  figure(subject: Subject, what: string): Figure | null {
    const values = this.values.get(`${subject}: ${what}`);
    return values === undefined ? null : figure(values);
  }

  private add(subject: Subject, what: string, value: number): void {
    const key = `${subject}: ${what}`;
    this.values.set(key, [...(this.values.get(key) ?? []), value]);
  }
}
