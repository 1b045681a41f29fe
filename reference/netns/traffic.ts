/** Unmodified programs as traffic: ping, and what they print as numbers. */
import type { Ground } from './ground.ts';
import type { Program } from './program.ts';

export interface Pinged {
  readonly sent: number;
  readonly received: number;
}

/** Seconds between two pings. */
const INTERVAL = 0.2;
const TRIES = 4;

/** Pings until it is told to end. @param version of the virtual address that is pinged */
export function startPing(ground: Ground, from: string, to: string, version: 4 | 6 = 4): Program {
  return ground.start(from, ['ping', `-${version}`, '-n', '-i', `${INTERVAL}`, '-O', to], `ping-${from}`);
}

/** A number of pings. */
export async function ping(
  ground: Ground,
  from: string,
  to: string,
  count: number,
  version: 4 | 6 = 4,
): Promise<Pinged> {
  const words = ['ping', `-${version}`, '-n', '-i', `${INTERVAL}`, '-c', `${count}`, '-W', '3', to];
  for (let tries = 1; ; tries++) {
    const { out } = await ground.run(from, words, 60_000);
    const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(out) ?? [];
    if (sent !== undefined) return { sent: Number(sent), received: Number(received) };
    // The name had no answer in time: on a busy machine a program has to ask again.
    if (tries === TRIES) return { sent: 0, received: 0 };
  }
}

/** Replies to a ping so far. */
export function replies({ text }: Program): number {
  return text.split('\n').filter((line) => line.includes(' bytes from ')).length;
}
