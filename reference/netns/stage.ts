/** What a scenario is played with: the ground, the cast, and somebody who writes down what happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../lab/netns/configs.ts';
import type { Kind } from '../lab/netns/sites.ts';
import type { Remark } from '../trace/merge.ts';
import type { Cast } from './cast.ts';
import type { Ground } from './ground.ts';

export interface Expectation {
  readonly what: string;
  readonly ok: boolean;
  /** What was found instead, or beside it. */
  readonly found: string;
}

/** Kinds of sites that were chosen on the command line. */
export interface Choice {
  readonly alice?: Kind | undefined;
  readonly bob?: Kind | undefined;
  readonly to?: Kind | undefined;
}

export interface Scenario {
  readonly title: string;
  /** Programs that it runs, beside those that all do. */
  readonly programs: readonly string[];
  readonly members: readonly Member[];
  /** It is played with each change: a few seconds. */
  readonly isQuick?: true;
  /** It has so many networks that packets are captured on the Internet only. */
  readonly isLarge?: true;
  /** So much goes through it that no packets are captured. */
  readonly isHeavy?: true;
  readonly play: (stage: Stage) => Promise<void>;
}

const STEP = 50;

export class Stage {
  readonly ground: Ground;
  readonly cast: Cast;
  readonly choice: Choice;
  readonly remarks: Remark[] = [];
  readonly expectations: Expectation[] = [];
  private readonly say: (line: string) => void;
  private readonly since = performance.now();

  constructor(ground: Ground, cast: Cast, choice: Choice, say: (line: string) => void) {
    this.ground = ground;
    this.cast = cast;
    this.choice = choice;
    this.say = say;
  }

  /** What is prepared now, which takes a while; no part of what happened. */
  tell(text: string): void {
    this.say(`${this.time()}  ${text} ...`);
  }

  /** Something that the reader should know happens now. */
  remark(text: string): void {
    this.remarks.push({ t: Date.now(), text });
    this.say(`${this.time()}  ${text}`);
  }

  /** Something has to be so. @param found what was, in short */
  expect(what: string, ok: boolean, found: string | number = ''): void {
    this.expectations.push({ what, ok, found: `${found}` });
    const beside = `${found}` === '' ? '' : ` (${found})`;
    this.say(`${this.time()}  ${ok ? 'ok   ' : 'WRONG'} ${what}${beside}`);
  }

  /** Waits until something is so; whether it was in that time. */
  async until(isSo: () => boolean | Promise<boolean>, within: number): Promise<boolean> {
    const end = performance.now() + within;
    while (!(await isSo())) {
      if (performance.now() > end) return false;
      await sleep(STEP);
    }
    return true;
  }

  private time(): string {
    return `${((performance.now() - this.since) / 1000).toFixed(1)} s`.padStart(8);
  }
}
