/** How long an adapter takes to answer, and how much of what is sent gets lost. */
import type { Bench } from './check.ts';
import { Breach } from './raw.ts';

export interface RoundTrips {
  readonly sent: number;
  readonly answered: number;
  /** Milliseconds, sorted. */
  readonly times: readonly number[];
}

/** Says hello some times, once each. */
export async function roundTrips(bench: Bench, number: number): Promise<RoundTrips> {
  const { net } = bench.options;
  const tester = await bench.tester();
  const times: number[] = [];
  for (let sent = 0; sent < number; sent++) {
    const began = net.now();
    try {
      await tester.ask(tester.message('hello', { nonce: new Uint8Array(8) }), []);
      times.push(net.now() - began);
    } catch (error) {
      if (!(error instanceof Breach)) throw error;
    }
  }
  await bench.clear();
  return { sent: number, answered: times.length, times: times.sort((a, b) => a - b) };
}
