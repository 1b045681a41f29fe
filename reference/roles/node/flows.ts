/** The flows to general peers, which end where an RS with their NAT state or lease is lost. [HO-09] */
import type { Ip } from '../../address.ts';
import { sameBytes } from '../../bytes.ts';
import { unreachable } from '../../packet/errors.ts';
import type { FlowPacket } from '../../packet/flow.ts';
import { flowKey, readFlow, resetOf } from '../../packet/flow.ts';
import type { InnerPacket } from '../../packet/inner.ts';
import { RST, SYN } from '../../packet/segment.ts';
import type { Path } from './path.ts';

/** DOS-04: flows whose last packet is known, and parties whose last relay is. */
const FLOWS_BOUND = 4096;
const PARTIES_BOUND = 4096;

interface Flow {
  last: FlowPacket;
  /** The whole packet; of TCP the state says enough. */
  packet: Uint8Array | undefined;
  /** Its relay has forgotten it, and its application has not begun anew. */
  isOver: boolean;
}

/** Which path carried the packets of a party last, and what the relay keeps of it. */
type Server = Pick<Path, 'id' | 'addresses' | 'lent'> & { readonly nodeId: Uint8Array };

export class Flows {
  private readonly flows = new Map<string, Flow>();
  private readonly servers = new Map<string, Server>();

  /** A packet is to go to a general peer. @returns false if its flow is over. */
  readonly sent = (inner: InnerPacket): boolean => {
    const last = readFlow(inner);
    if (last === undefined) return true;
    const key = flowKey(last);
    const flow = this.flows.get(key);
    const flags = last.tcp?.flags ?? 0;
    if (flow?.isOver && (flags & SYN) === 0) return false;
    this.flows.delete(key);
    if ((flags & RST) !== 0) return true;
    const packet = last.tcp === undefined ? inner.packet.slice() : undefined;
    this.flows.set(key, { last, packet, isOver: false });
    trim(this.flows, FLOWS_BOUND);
    return true;
  };

  /** What the application gets for a packet of a connection that is over. */
  reply(inner: InnerPacket): Uint8Array | undefined {
    const last = readFlow(inner);
    if (last?.tcp === undefined || (last.tcp.flags & (SYN | RST)) !== 0) return undefined;
    return this.flows.get(flowKey(last))?.isOver ? resetOf(last, last.tcp) : undefined;
  }

  /** A path is up. @returns what applications are told, if its relay knows nothing of their flows */
  up({ id, party, addresses, lent, directed }: Path): Uint8Array[] {
    const { nodeId } = directed.end;
    const before = this.servers.get(party);
    this.servers.delete(party);
    this.servers.set(party, { id, addresses, lent, nodeId });
    trim(this.servers, PARTIES_BOUND);
    if (before === undefined || before.id === id) return [];
    const isKept =
      directed.replaces === before.id && sameBytes(before.nodeId, nodeId) && before.lent === lent;
    return isKept ? [] : this.end(before);
  }

  private end({ addresses, lent }: Server): Uint8Array[] {
    const told: Uint8Array[] = [];
    const isOf = (from: Ip, to: Ip): boolean =>
      (lent === undefined || from === lent) && (addresses.length === 0 || addresses.includes(to));
    for (const [key, flow] of this.flows) {
      const { last, packet } = flow;
      if (flow.isOver || !isOf(last.from.ip, last.to.ip)) continue;
      if (last.tcp === undefined) this.flows.delete(key);
      else flow.isOver = true;
      const error =
        last.tcp === undefined ? packet && unreachable(packet, last.to.ip) : resetOf(last, last.tcp);
      if (error !== undefined) told.push(error);
    }
    return told;
  }
}

/** Forgets what is longest unused. */
function trim(map: Map<string, unknown>, bound: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= bound) break;
    map.delete(oldest);
  }
}
