/** Who has which port outside, and for which peers: endpoint-independent, filtered by address. [RSN-05] */
import { family } from '../../../address.ts';
import type { Instant, Random } from '../../../core.ts';
import { choosePort } from './ports.ts';
import type { Address, Kind, Mapping, NodeState, Outside, Relation, Session, Use } from './records.ts';
import { addressOf, isAt } from './records.ts';
import type { NaptConfig } from './types.ts';

const KINDS: readonly Kind[] = ['udp', 'tcp', 'echo'];
/** Identifiers of echoes are no ports: none is well known, and no other program of the host has any. */
const IDENTIFIERS = [0, 0xffff] as const;

export interface Wanted {
  readonly node: NodeState;
  readonly kind: Kind;
  readonly inside: Address;
  readonly port: number;
  /** Of the general side. */
  readonly family: 4 | 6;
}

export class Mappings {
  readonly outsides: readonly Outside[];
  private readonly byOutside = new Map<number, Mapping>();
  /** How many mappings each general-side address has of each kind. */
  private readonly taken: Record<Kind, number>[];
  /** How many it can have. */
  private readonly capacity: Readonly<Record<Kind, number>>;
  private sessions = 0;
  private readonly config: NaptConfig;
  private readonly random: Random;
  private readonly reserved: ReadonlySet<number>;
  private readonly onUnused: (relation: Relation) => void;

  /** @param onUnused is told of a relation that no mapping is used for any more. */
  constructor(config: NaptConfig, random: Random, onUnused: (relation: Relation) => void) {
    this.config = config;
    this.random = random;
    this.onUnused = onUnused;
    this.reserved = new Set(config.reserved);
    this.outsides = config.addresses.map((ip, index) => ({ ...addressOf(ip), index, family: family(ip) }));
    this.taken = this.outsides.map(() => ({ udp: 0, tcp: 0, echo: 0 }));
    const [lowest, highest] = config.ports;
    const used = [...this.reserved].filter((port) => port >= lowest && port <= highest).length;
    const ports = highest - lowest + 1 - used;
    this.capacity = { udp: ports, tcp: ports, echo: IDENTIFIERS[1] + 1 };
  }

  size(): { mappings: number; sessions: number } {
    return { mappings: this.byOutside.size, sessions: this.sessions };
  }

  find({ node, kind, inside, port, family }: Wanted): Mapping | undefined {
    const index = node.addresses.get(inside.ip);
    return index === undefined ? undefined : node.mappings.get(insideKey(index, kind, port, family));
  }

  /** Who has a port of a general-side address. */
  at(outside: Outside, kind: Kind, port: number): Mapping | undefined {
    return this.byOutside.get(outsideKey(outside, kind, port));
  }

  /** A new mapping; undefined if there is no room for it. */
  make(wanted: Wanted): Mapping | undefined {
    const { node, kind, inside, port } = wanted;
    const { bounds } = this.config;
    if (this.byOutside.size >= bounds.mappings || node.mappings.size >= bounds.mappingsPerNode)
      return undefined;
    const outside = this.outsideFor(wanted);
    if (outside === undefined || this.isFull(outside, kind)) return undefined;
    const outsidePort = choosePort({
      wanted: port,
      range: kind === 'echo' ? IDENTIFIERS : this.config.ports,
      isFree: (free) =>
        !this.byOutside.has(outsideKey(outside, kind, free)) && (kind === 'echo' || !this.reserved.has(free)),
      random: this.random,
    });
    if (outsidePort === undefined) return undefined;
    const index = node.addresses.get(inside.ip) ?? node.addresses.size;
    node.addresses.set(inside.ip, index);
    const key = insideKey(index, kind, port, wanted.family);
    const mapping: Mapping = {
      node,
      kind,
      inside,
      insidePort: port,
      outside,
      outsidePort,
      insideKey: key,
      uses: [],
      sessions: 0,
    };
    node.mappings.set(key, mapping);
    node.outside[wanted.family] = outside;
    this.byOutside.set(outsideKey(outside, kind, outsidePort), mapping);
    this.load(outside)[kind]++;
    return mapping;
  }

  /**
   * A new session of a mapping with a peer; undefined if there is no room for it. Those that the peer begins may take half
   * of the room, so that the node always has some.
   */
  begin(
    mapping: Mapping,
    relation: Relation,
    peerPort: number,
    session: Session,
    by: 'node' | 'peer',
  ): Session | undefined {
    const { bounds } = this.config;
    const share = by === 'node' ? 1 : 0.5;
    const use = useFor(mapping, relation) ?? { relation, sessions: new Map() };
    if (!use.sessions.has(peerPort)) {
      if (mapping.sessions >= share * bounds.sessionsPerMapping) return undefined;
      if (mapping.node.sessions >= share * bounds.sessionsPerNode) return undefined;
      if (this.sessions >= share * bounds.sessions) return undefined;
      if (use.sessions.size === 0) {
        mapping.uses.push(use);
        relation.uses++;
      }
      this.count(mapping, 1);
    }
    use.sessions.set(peerPort, session);
    return session;
  }

  /** Erases what has run out, of one mapping. @returns whether anything of it is left. */
  prune(mapping: Mapping, now: Instant): boolean {
    for (const use of [...mapping.uses]) {
      for (const [port, { until }] of use.sessions) {
        if (until > now) continue;
        use.sessions.delete(port);
        this.count(mapping, -1);
      }
      if (use.sessions.size > 0) continue;
      mapping.uses.splice(mapping.uses.indexOf(use), 1);
      use.relation.uses--;
      // While its node still knows the mapping, so that nothing is left behind.
      if (mapping.uses.length === 0) this.remove(mapping);
      this.onUnused(use.relation);
    }
    if (mapping.uses.length === 0) this.remove(mapping);
    return mapping.uses.length > 0;
  }

  /** Erases what has run out. */
  expire(now: Instant): void {
    for (const mapping of [...this.byOutside.values()]) this.prune(mapping, now);
  }

  private count(mapping: Mapping, change: 1 | -1): void {
    mapping.sessions += change;
    mapping.node.sessions += change;
    this.sessions += change;
  }

  private remove({ node, insideKey: key, outside, outsidePort, kind }: Mapping): void {
    if (!this.byOutside.delete(outsideKey(outside, kind, outsidePort))) return;
    node.mappings.delete(key);
    if (node.mappings.size === 0) node.addresses.clear();
    this.load(outside)[kind]--;
  }

  /** The address that the node has already, else the one with the fewest mappings. */
  private outsideFor({ node, family: wanted }: Wanted): Outside | undefined {
    const known = node.outside[wanted];
    if (known !== undefined) return known;
    const load = (outside: Outside) => {
      const { udp, tcp, echo } = this.load(outside);
      return udp + tcp + echo;
    };
    return this.outsides
      .filter((outside) => outside.family === wanted)
      .reduce<Outside | undefined>((best, one) => (best && load(best) <= load(one) ? best : one), undefined);
  }

  /** Known without looking at every port: that would cost too much for each packet that finds no room. */
  private isFull(outside: Outside, kind: Kind): boolean {
    return this.load(outside)[kind] >= this.capacity[kind];
  }

  private load({ index }: Outside): Record<Kind, number> {
    const load = this.taken[index];
    if (load === undefined) throw new RangeError(`no address ${index}`);
    return load;
  }
}

/** The use of a mapping for a node's peer. */
export function useFor(mapping: Mapping, relation: Relation): Use | undefined {
  for (const use of mapping.uses) if (use.relation === relation) return use;
  return undefined;
}

/** The use that lets a peer in, whose address stands somewhere in a packet. */
export function useFrom(mapping: Mapping, packet: Uint8Array, at: number, now: Instant): Use | undefined {
  for (const use of mapping.uses) if (isAt(packet, at, use.relation.peer) && isAlive(use, now)) return use;
  return undefined;
}

/** Whether any session of it has not run out. */
export function isAlive({ sessions }: Use, now: Instant): boolean {
  for (const { until } of sessions.values()) if (until > now) return true;
  return false;
}

function insideKey(address: number, kind: Kind, port: number, outer: 4 | 6): number {
  return ((address * 2 + (outer === 6 ? 1 : 0)) * KINDS.length + KINDS.indexOf(kind)) * 0x10000 + port;
}

function outsideKey({ index }: Outside, kind: Kind, port: number): number {
  return (index * KINDS.length + KINDS.indexOf(kind)) * 0x10000 + port;
}
