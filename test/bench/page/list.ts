/** All that can be measured, in the order of the page. */
import type { Benchmark } from './section.ts';

/** Loads a benchmark when it is asked for. */
type Load = () => Promise<Benchmark>;

/** One line for each: its id, and where it is. */
export const benchmarks: Readonly<Record<string, Load>> = {
  'relay-time': async () => (await import('../relay/time.ts')).relayTime,
  'relay-throughput': async () => (await import('../relay/throughput.ts')).relayThroughput,
  udp: async () => (await import('../udp/udp.ts')).udp,
  'control-plane': async () => (await import('../control/control.ts')).controlPlane,
  operations: async () => (await import('../operations/bench.ts')).operationsBench,
  handover: async () => (await import('../handover/bench.ts')).handover,
  tunnels: async () => (await import('../tunnels/tunnels.ts')).tunnels,
};
