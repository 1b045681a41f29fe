/** Unmodified programs that send through a tunnel while one of its ends moves. */
import { fileURLToPath } from 'node:url';
import type { Ground } from '../../../reference/netns/ground.ts';
import type { Program } from '../../../reference/netns/program.ts';
import { Arrivals } from './arrivals.ts';

export const TRAFFIC = ['curl', 'iperf3, UDP', 'iperf3, TCP'] as const;
export type Traffic = (typeof TRAFFIC)[number];

/** One end of a tunnel: its host, its virtual interface there and its address on that. */
export interface End {
  readonly host: string;
  readonly device: string;
  readonly address: string;
}

const BUN = fileURLToPath(new URL('../../../node_modules/.bin/bun', import.meta.url));
const WEB = fileURLToPath(new URL('programs/web.ts', import.meta.url));
/** Seconds, longer than any series of moves; bits a second, and bytes of a datagram. */
const [LONG, RATE, SIZE] = ['600', '1600000', '400'];

/** A flow that goes on until it is stopped. */
export class Flow {
  readonly arrivals: Arrivals;
  private readonly programs: Program[];

  private constructor(arrivals: Arrivals, programs: Program[]) {
    this.arrivals = arrivals;
    this.programs = programs;
  }

  /**
   * Starts it: curl loads from the far end, iperf3 sends to it.
   * @param to the far end by name or address
   */
  static async start(
    ground: Ground,
    traffic: Traffic,
    near: End,
    far: End,
    to: string,
    port: number,
  ): Promise<Flow> {
    const log = `${traffic.replace(/\W+/g, '-')}-${near.device}-${port}`;
    const isLoad = traffic === 'curl';
    const [receiver, sender] = isLoad ? [near, far] : [far, near];
    const server = isLoad ? [BUN, WEB, `${port}`] : ['iperf3', '-s', '--forceflush', '-p', `${port}`];
    const serving = ground.start(far.host, server, `${log}-server`);
    const arrivals = new Arrivals(ground, receiver.host, receiver.device, sender.address, `${log}-arrivals`);
    await Promise.all([serving.found(/listening/), arrivals.ready()]);
    const client = ground.start(near.host, clientOf(traffic, to, port), `${log}-client`);
    return new Flow(arrivals, [client, serving]);
  }

  async stop(): Promise<void> {
    for (const program of this.programs) await program.kill();
    await this.arrivals.stop();
  }
}

function clientOf(traffic: Traffic, to: string, port: number): string[] {
  if (traffic === 'curl') return ['curl', '-sS', '-4', '-o', '/dev/null', `http://${to}:${port}/`];
  const common = ['iperf3', '-4', '-c', to, '-p', `${port}`, '-t', LONG, '-b', RATE, '-l', SIZE];
  return traffic === 'iperf3, UDP' ? [...common, '-u'] : common;
}
