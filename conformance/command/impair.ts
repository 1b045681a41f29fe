/** `--impair`: what happens to datagrams between the tester and the target. */
import type { Impairment } from '../../reference/net/impairment.ts';
import { impairment } from '../../reference/net/impairment.ts';
import { Mistake } from './mistake.ts';
import { didYouMean } from './nearest.ts';

const SHARES = ['loss', 'duplicate', 'reorder'] as const;
const WORDS = [...SHARES, 'delay'];
const EXAMPLE = 'write it like loss=2%,duplicate=1%,reorder=5%,delay=5-40ms';
/** Milliseconds; longer ones would be no answers any more. */
const LONGEST = 1000;

/**
 * `loss=2%,delay=5-40ms`: shares in per cent, the delay one way as a time or as a range.
 * @returns undefined for an empty text.
 * @throws Mistake
 */
export function impairValue(text: string): Impairment | undefined {
  if (text === '') return undefined;
  const faults: Partial<Record<keyof Impairment, number>> = {};
  for (const part of text.split(',')) {
    const [word = '', value = ''] = part.split('=');
    const share = SHARES.find((name) => name === word);
    if (share !== undefined) faults[share] = shareOf(part, value);
    else if (word === 'delay') Object.assign(faults, delayOf(part, value));
    else
      throw new Mistake(
        `--impair: ${part} is none of ${WORDS.join(', ')}: ${EXAMPLE}.${didYouMean(word, WORDS)}`,
      );
  }
  return impairment(faults);
}

function shareOf(part: string, value: string): number {
  const [, number] = /^(\d{1,2}(?:\.\d+)?)%$/.exec(value) ?? [];
  if (number !== undefined) return Number(number) / 100;
  throw new Mistake(`--impair: ${part} is no share below 100%: ${EXAMPLE}.`);
}

function delayOf(part: string, value: string): Pick<Impairment, 'delayMin' | 'delayMax'> {
  const [, from, to = from] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?ms$/.exec(value) ?? [];
  const [delayMin, delayMax] = [Number(from), Number(to)];
  if (delayMin <= delayMax && delayMax <= LONGEST) return { delayMin, delayMax };
  throw new Mistake(`--impair: ${part} is no delay up to ${LONGEST}ms: ${EXAMPLE}.`);
}
