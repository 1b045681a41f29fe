/** What a DC publishes in its zones: a part of it, which hears of each change of a node. [DC-08, DNS-20 to DNS-25] */
import type { Endpoint, Ip } from '../../../address.ts';
import { parseIp } from '../../../address.ts';
import { fromHex } from '../../../bytes.ts';
import { endpointFrom } from '../../../config/fields.ts';
import type { Input, Instant } from '../../../core.ts';
import { zoneOf } from '../../../dns/names.ts';
import type { Served } from '../../../dns/zone/answer.ts';
import { answer, truncated } from '../../../dns/zone/answer.ts';
import { AnswerRate } from '../../../dns/zone/rate.ts';
import { dcRecord, nameServerRecords, soaRecord } from '../../../dns/zone/records.ts';
import { readRequest } from '../../../dns/zone/request.ts';
import { Zone } from '../../../dns/zone/zone.ts';
import { endpoints, testProfile } from '../../settings.ts';
import { Wakeups } from '../../wakeups.ts';
import type { Ledger } from '../ledger.ts';
import type { Dc, NodePeer, Registered } from '../parts.ts';
import type { Policy } from './node-records.ts';
import { nodeRecords } from './node-records.ts';
import { SERIAL_KEY, Serial } from './serial.ts';
import { Updates } from './updates.ts';

/** Seconds for which what is in the zone may be kept: 60 of nodes and their DC, longer what hardly changes. */
const TTL = { node: 60, dc: 60, nameServers: 3600 } as const;

type Query = Extract<Input, { kind: 'query' }>;

export class Names {
  private readonly dc: Pick<Dc, 'config' | 'timers' | 'registeredPeer' | 'lookUp' | 'random' | 'tally'>;
  /** Tells another server, where one has the zones. */
  private readonly updates: Updates | undefined;
  private readonly serial: Serial;
  private readonly rate: AnswerRate;
  private readonly zones = new Map<string, Zone>();
  private readonly provisioned = new Map<string, readonly Ip[]>();
  private readonly touched = new Set<NodePeer>();
  /** When an observed endpoint of a node ceases to count. */
  private readonly wakeups = new Wakeups<NodePeer>();
  private policy: Policy;

  constructor(dc: Names['dc'], ledger: Ledger) {
    this.dc = dc;
    const { config } = dc;
    this.serial = new Serial(ledger);
    const { update } = config.dns ?? {};
    const key = update && {
      name: update.key,
      secret: Uint8Array.from(atob(update.secret), (letter) => letter.charCodeAt(0)),
    };
    this.updates = update && key && new Updates({ dc, ledger, server: endpointFrom(update.server), key });
    this.rate = new AnswerRate(config.limits.dnsPerSecond);
    this.policy = {
      policy: config.dns?.policy ?? 'locator-free',
      endpoints: [],
      profile: testProfile(config.testProfile),
      ttl: TTL.node,
    };
    for (const { name, addresses } of config.dns?.addresses ?? [])
      this.provisioned.set(
        name,
        addresses.flatMap((text) => parseIp(text) ?? []),
      );
  }

  /** @param locals to which its sockets are bound; what others are told to use, if nothing else is configured. */
  start(
    locals: readonly Endpoint[],
    stored: ReadonlyMap<string, Uint8Array>,
    wallClock: number,
    now: Instant,
  ): void {
    const { config } = this.dc;
    if (config.dns === undefined) return;
    const { nameServers } = config.dns;
    const advertised = config.advertise === undefined ? locals : endpoints(config.advertise);
    this.policy = { ...this.policy, endpoints: advertised };
    for (const apex of config.zones) this.zones.set(apex, new Zone(apex, () => this.serial.next()));
    for (const name of this.provisioned.keys()) this.set(name, undefined);
    for (const apex of config.zones)
      this.zones
        .get(apex)
        ?.set(apex, [
          ...nameServerRecords(nameServers, TTL.nameServers),
          dcRecord(fromHex(config.nodeId), advertised, TTL.dc),
          ...nodeRecords(undefined, this.provisioned.get(apex) ?? [], this.policy),
        ]);
    this.serial.start(stored.get(SERIAL_KEY), wallClock);
    this.reconcile(stored, wallClock, now);
    this.refresh(now);
  }

  /** The other server may have anything at the names of the DC. [DNS-26] */
  private reconcile(stored: ReadonlyMap<string, Uint8Array>, wallClock: number, now: Instant): void {
    const { updates } = this;
    if (updates === undefined) return;
    const { zones, associations } = this.dc.config;
    const nodes = associations.flatMap((one) => (one.peerRole === 'node' ? [one.name] : []));
    const before = updates.start(stored, wallClock, now);
    for (const name of new Set([...zones, ...nodes, ...this.provisioned.keys(), ...before]))
      this.tell(name, Updates.storedAt(stored, name));
  }

  private tell(name: string, stored?: Uint8Array): void {
    const apex = this.zones.has(name) ? name : (zoneOf(name) ?? '');
    const zone = this.zones.get(apex);
    if (zone !== undefined) this.updates?.look(apex, zone, name, stored);
  }

  /** Something changed about a node; what is published of it follows at the end of the input. */
  touch(peer: NodePeer): void {
    if (this.dc.config.dns !== undefined) this.touched.add(peer);
  }

  refresh(now: Instant): void {
    if (this.zones.size === 0) return;
    for (const peer of this.touched) {
      const node = this.dc.registeredPeer(peer, now);
      this.set(peer.name, node);
      this.wakeups.set(peer, node?.observedUntil ?? Number.POSITIVE_INFINITY);
    }
    this.touched.clear();
    this.updates?.flush(now);
  }

  tick(now: Instant): void {
    for (let peer = this.wakeups.takeDue(now); peer !== undefined; peer = this.wakeups.takeDue(now))
      this.touch(peer);
    this.updates?.tick(now);
  }

  wakeAt(): Instant {
    const observed = this.wakeups.next() ?? Number.POSITIVE_INFINITY;
    return Math.min(observed, this.updates?.wakeAt() ?? Number.POSITIVE_INFINITY);
  }

  /** The answer to a query; undefined if it gets none. [DNS-29, DOS-08] */
  answer({ message, transport, from }: Query, now: Instant): Uint8Array | undefined {
    const request = readRequest(message);
    if (request === undefined) return undefined;
    if (transport === 'udp' && from !== undefined) {
      const may = this.rate.take(from.ip, now);
      if (may === 'none') return undefined;
      if (may === 'truncated') return truncated(request);
    }
    return answer(request, this.served(), transport, now);
  }

  private served(): Served[] {
    const { timers, config } = this.dc;
    const authority = {
      nameServers: config.dns?.nameServers ?? [],
      serial: this.serial.value,
      negativeTtl: Math.floor(timers['dns-negative-ttl'] / 1000),
    };
    return [...this.zones].map(([apex, zone]) => ({ zone, soa: () => soaRecord(apex, authority) }));
  }

  private set(name: string, node: Registered | undefined): void {
    if (this.zones.has(name)) return;
    const zone = this.zones.get(zoneOf(name) ?? '');
    zone?.set(name, nodeRecords(node, this.provisioned.get(name) ?? [], this.policy));
    this.tell(name);
  }
}
