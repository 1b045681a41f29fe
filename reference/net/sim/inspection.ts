/** Stateful packet inspection: a TCP segment passes if its connection was seen from the first one on. */
import type { Endpoint } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import { ACK, RST, SYN } from '../../packet/segment.ts';
import type { TcpPacket } from './packet.ts';

export class Inspection {
  private readonly connections = new Set<string>();

  /** @param inside,remote the packet's ends as the inside sees them. */
  passes({ segment: { flags } }: TcpPacket, inside: Endpoint, remote: Endpoint): boolean {
    const name = `${formatEndpoint(inside)} ${formatEndpoint(remote)}`;
    if ((flags & (SYN | ACK)) === SYN) this.connections.add(name);
    const isKnown = this.connections.has(name);
    if ((flags & RST) !== 0) this.connections.delete(name);
    return isKnown;
  }

  reboot(): void {
    this.connections.clear();
  }
}
