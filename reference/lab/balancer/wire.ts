/** The wire on a side of the balancer, and what is captured there. */
import type { Instant } from '../../core.ts';
import type { VirtualTime } from '../../net/sim/time.ts';
import { readTransport, TCP } from '../../packet/transport.ts';

/** `in`: towards the servers. */
export type Way = 'in' | 'out';

export interface Captured {
  readonly at: Instant;
  readonly way: Way;
  readonly packet: Uint8Array;
}

/** Milliseconds from end to end. */
const DELAY = 1;

export class Wire {
  readonly captured: Captured[] = [];
  private readonly time: VirtualTime;

  constructor(time: VirtualTime) {
    this.time = time;
  }

  /** Carries a packet to the other end. */
  send(way: Way, packet: Uint8Array, arrive: (packet: Uint8Array) => void): void {
    const kept = packet.slice();
    this.captured.push({ at: this.time.now(), way, packet: kept });
    this.time.schedule(this.time.now() + DELAY, () => arrive(kept));
  }
}

/** Bits of TCP's flags, the lowest first. */
const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK'];

/** A packet as a line of a capture, in columns. */
export function shown({ at, way, packet }: Captured, since: Instant): readonly string[] {
  const read = readTransport(packet);
  if (read === undefined) throw new Error('nothing else is sent here');
  const { from, to, protocol } = read;
  const head = [((at - since) / 1000).toFixed(3), way === 'in' ? '→' : '←', from.ip, to.ip];
  const ports = `${from.port} → ${to.port}`;
  if (protocol !== TCP) return [...head, 'UDP', `${ports} Len=${read.data.length}`];
  const { flags, data } = read.segment;
  const names = FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return [...head, 'TCP', `${ports} [${names.join(', ')}] Len=${data.length}`];
}
