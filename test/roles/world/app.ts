/** What runs on a node's host: it answers echo requests, and asks for a name and pings it until it is stopped. */
import type { Ip } from '../../../reference/address.ts';
import { family } from '../../../reference/address.ts';
import { addressQuery, readAddresses } from '../../../reference/dns/addresses.ts';
import { echoReply, echoRequest, readEcho } from '../../../reference/packet/echo.ts';
import { readIp } from '../../../reference/packet/ip.ts';
import type { Party, RoleParty, Sim } from '../node/sim.ts';

type Family = 4 | 6;

export interface Ping {
  readonly version: Family;
  readonly sentAt: number;
  answeredAt: number | undefined;
  /** An ICMP error about it came. */
  isRefused: boolean;
}

/** A resolver library waits that long. */
const DNS_WAIT = 6000;
const DNS_AGAIN = 1000;

export class App implements Party {
  readonly locals = [];
  /** What it sends; undefined: none. */
  target: string | undefined;
  /** Milliseconds between two pings of a family. */
  interval = 500;
  /** The inner families that it pings by. */
  families: readonly Family[] = [4, 6];
  readonly pings = new Map<number, Ping>();
  /** Queries that were not answered within 6 s. */
  readonly unanswered: number[] = [];
  /** SERVFAIL answers, by time. */
  readonly failures: number[] = [];
  /** Echo requests that came in, and how often. */
  readonly seen = new Map<string, number>();
  /** When a packet of the other end last came, and the longest time without since a mark. */
  readonly arrivals: number[] = [];
  private readonly sim: Sim;
  private node: RoleParty;
  private readonly id: number;
  private readonly found = new Map<Family, Ip>();
  private readonly asked = new Map<
    number,
    { readonly version: Family; readonly message: Uint8Array; readonly at: number }
  >();
  private askAt = 0;
  private pingAt = 0;
  private sequence = 0;
  private queries = 0;

  constructor(sim: Sim, node: RoleParty, id: number) {
    this.sim = sim;
    this.node = node;
    this.id = id;
    this.attach(node);
    sim.add(this);
  }

  /** Its host runs this node now; what it had found is forgotten. */
  attach(node: RoleParty): void {
    this.node = node;
    this.found.clear();
    this.asked.clear();
    this.askAt = this.sim.now;
    node.onPacket = (packet) => this.receivePacket(packet);
  }

  receive(): void {}

  wakeAt(): number {
    return this.target === undefined || this.node.isDead
      ? Number.POSITIVE_INFINITY
      : Math.min(this.askAt, this.pingAt);
  }

  tick(): void {
    if (this.target === undefined) return;
    this.readAnswers();
    if (this.askAt <= this.sim.now) this.ask(this.target);
    if (this.pingAt <= this.sim.now) {
      this.pingAt = this.sim.now + this.interval;
      for (const [version, ip] of this.found) if (this.families.includes(version)) this.ping(version, ip);
    }
  }

  /** Whether it knows an address of each family. */
  get isResolved(): boolean {
    return this.found.size === 2;
  }

  /** Pings that were answered since an instant, of a family. */
  answered(since: number, version: Family): Ping[] {
    return [...this.pings.values()].filter(
      (ping) => ping.version === version && ping.sentAt >= since && ping.answeredAt !== undefined,
    );
  }

  private ask(name: string): void {
    this.askAt = this.sim.now + DNS_AGAIN;
    for (const [query, { at }] of this.asked) {
      if (this.sim.now < at + DNS_WAIT) continue;
      this.asked.delete(query);
      this.unanswered.push(at);
    }
    for (const version of [4, 6] as const) {
      const isOpen = [...this.asked.values()].some((asked) => asked.version === version);
      if (this.found.has(version) || isOpen) continue;
      const query = ++this.queries;
      const message = addressQuery(name, version, query & 0xffff);
      this.asked.set(query, { version, message, at: this.sim.now });
      this.node.handle({ kind: 'query', query, message, transport: 'udp' });
    }
    this.readAnswers();
  }

  private readAnswers(): void {
    for (const { query, message } of this.node.answers.splice(0)) {
      const asked = this.asked.get(query);
      if (asked === undefined) continue;
      this.asked.delete(query);
      const answer = readAddresses(message, asked.message);
      const [ip] = answer?.addresses ?? [];
      if (ip !== undefined) this.found.set(asked.version, ip);
      else this.failures.push(this.sim.now);
    }
  }

  private ping(version: Family, destination: Ip): void {
    const source = virtualAddress(this.node, version);
    if (source === undefined) return;
    const sequence = ++this.sequence;
    this.pings.set(sequence, { version, sentAt: this.sim.now, answeredAt: undefined, isRefused: false });
    this.node.packet(echoRequest({ source, destination, id: this.id, sequence, data: new Uint8Array(40) }));
  }

  private receivePacket(packet: Uint8Array): void {
    const echo = readEcho(packet);
    if (echo === undefined) return this.refused(packet);
    this.arrivals.push(this.sim.now);
    if (echo.kind === 'request') {
      const key = `${echo.source} ${echo.id} ${echo.sequence}`;
      this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
      const reply = echoReply(packet);
      if (reply !== undefined) this.node.packet(reply);
      return;
    }
    const ping = this.pings.get(echo.sequence);
    if (ping !== undefined && echo.id === this.id) ping.answeredAt ??= this.sim.now;
  }

  /** An ICMP error has the packet that it is about behind its 8 bytes. */
  private refused(packet: Uint8Array): void {
    const read = readIp(packet);
    if (read === undefined) return;
    const about = read.packet.subarray(read.payload + 8 + (read.version === 4 ? 20 : 40));
    const ping = this.pings.get(((about[6] ?? 0) << 8) | (about[7] ?? 0));
    if (ping !== undefined) ping.isRefused = true;
  }
}

/** The virtual address of a node that is registered. */
function virtualAddress(party: RoleParty, version: 4 | 6): Ip | undefined {
  const addresses = String(party.events('registered').at(-1)?.addresses ?? '').split(' ') as Ip[];
  return addresses.find((ip) => ip !== '' && family(ip) === version);
}
