/**
 * A balancer of layer 4 that knows nothing of NTMobile: a packet for one of its service addresses goes to a server, which
 * is chosen with the first packet of a session; answers get the service address as their source.
 */
import type { Endpoint, Ip } from '../../address.ts';
import { ipFromBytes } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Head } from '../../packet/head.ts';
import { destinationOf, readHead, sourceOf } from '../../packet/head.ts';
import { u16 } from '../../packet/ip.ts';
import { SYN } from '../../packet/segment.ts';
import { TCP, UDP } from '../../packet/transport.ts';
import type { Algorithm, Scheduler } from './algorithms.ts';
import { ALGORITHMS } from './algorithms.ts';
import { readdressed } from './readdress.ts';
import type { Session } from './sessions.ts';
import { Sessions } from './sessions.ts';

export interface Server {
  readonly addresses: Readonly<Record<4 | 6, Ip>>;
  readonly weight: number;
}

export interface BalancerOptions {
  readonly algorithm: Algorithm;
  /** Milliseconds; 0: sessions of a client are no matter of each other. */
  readonly persistence: number;
  readonly servers: readonly Server[];
  /** Where the service is; others are no matter of the balancer. */
  readonly isService: (ip: Ip) => boolean;
}

interface Read {
  readonly head: Head;
  readonly protocol: Session['protocol'];
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly flags: number;
}

export class Balancer {
  readonly sessions: Sessions;
  private readonly options: BalancerOptions;
  private readonly choose: Scheduler;

  constructor(options: BalancerOptions) {
    this.options = options;
    this.sessions = new Sessions(options.persistence);
    this.choose = ALGORITHMS[options.algorithm].make();
  }

  /** A packet of a client, as it goes on to a server; undefined: it does not. */
  inward(packet: Uint8Array, now: Instant): Uint8Array | undefined {
    const read = readPacket(packet);
    if (read === undefined || !this.options.isService(read.to.ip)) return undefined;
    const flow = { client: read.from, virtual: read.to, protocol: read.protocol };
    const session = this.sessions.find(flow, now) ?? this.begin(read, now);
    if (session === undefined) return undefined;
    this.sessions.passed(session, read.flags, now);
    const server = this.options.servers[session.server];
    return server && readdressed(read.head, 'destination', server.addresses[read.head.version]);
  }

  /** A packet of a server, as it goes on to a client; undefined: it does not. */
  outward(packet: Uint8Array, now: Instant): Uint8Array | undefined {
    const read = readPacket(packet);
    if (read === undefined) return undefined;
    const { from, to, protocol, head } = read;
    const server = this.options.servers.findIndex(({ addresses }) => addresses[head.version] === from.ip);
    const session = this.sessions.answering(server, to, from.port, protocol, now);
    if (session === undefined) return undefined;
    this.sessions.passed(session, read.flags, now);
    return readdressed(head, 'source', session.virtual.ip);
  }

  /** A segment in the middle of a session that is not known belongs nowhere. */
  private begin({ from, to, protocol, flags }: Read, now: Instant): Session | undefined {
    if (protocol === 'TCP' && flags !== SYN) return undefined;
    const { servers } = this.options;
    const loads = servers.map(({ weight }, index) => ({ weight, ...this.sessions.loadOf(index, now) }));
    const server = this.sessions.serverOf(from.ip, now) ?? this.choose(loads, from.ip);
    return this.sessions.begin({ client: from, virtual: to, protocol }, server, now);
  }
}

const LEAST: Readonly<Record<number, number>> = { [TCP]: 20, [UDP]: 8 };

function readPacket(packet: Uint8Array): Read | undefined {
  const head = readHead(packet);
  if (head === undefined || head.offset > 0 || head.hasMore) return undefined;
  const { bytes, payload, protocol } = head;
  const least = LEAST[protocol];
  const [source, destination] = [ipFromBytes(sourceOf(head)), ipFromBytes(destinationOf(head))];
  if (least === undefined || bytes.length < payload + least) return undefined;
  if (source === undefined || destination === undefined) return undefined;
  return {
    head,
    protocol: protocol === TCP ? 'TCP' : 'UDP',
    from: { ip: source, port: u16(bytes, payload) },
    to: { ip: destination, port: u16(bytes, payload + 2) },
    flags: protocol === TCP ? (bytes[payload + 13] ?? 0) & 0x17 : 0,
  };
}
