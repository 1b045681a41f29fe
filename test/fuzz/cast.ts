/** Who takes part in a fuzzing run: two DCs, nodes on relayed paths, and places that only attack. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { fromHex, toHex } from '../../reference/bytes.ts';
import type { RsConfigInput } from '../../reference/config/schema.ts';
import { Key, RelayKind } from '../../reference/wire/registry.ts';
import type { Dice } from './dice.ts';
import { Hand } from './hand.ts';
import type { Body } from './values.ts';

export interface Places {
  readonly dcs: readonly [Endpoint, Endpoint];
  readonly canary: readonly [Endpoint, Endpoint];
  /** Nodes answer probes. */
  readonly nodes: readonly Endpoint[];
  /** Datagrams from there can be genuine, but no probe is ever answered. */
  readonly mutes: readonly Endpoint[];
  /** Genuine too, but nobody may take these for the far end's address. [KEY-40] */
  readonly excluded: readonly Endpoint[];
  /** Where nothing genuine comes from, so that nothing may ever go there. */
  readonly stranger: (dice: Dice) => Endpoint;
  /** Whether forged datagrams may come from the places of genuine ones too. */
  readonly forgesAll: boolean;
}

/** One relayed path, as those who attack it know it. */
export interface Path {
  readonly owner: 0 | 1;
  readonly id: Uint8Array;
  /** The Path ID as lower-case hex. */
  readonly context: string;
  readonly legs: readonly [Hand, Hand];
  readonly homes: readonly [Endpoint, Endpoint];
  readonly lifetime: number;
  /** Whether its Relay Direction was answered with status 0. */
  isLive: boolean;
}

const RS_NODE = fromHex('50'.repeat(16));
/** One below and one above the RS-S, since crossed openings are ranked by Node ID. */
const DC_NODES = [fromHex('10'.repeat(16)), fromHex('a0'.repeat(16))] as const;
const NODES = [fromHex('b1'.repeat(16)), fromHex('b2'.repeat(16))] as const;

/** Paths at once, more than the relay has room for. */
const PATHS = 14;
/** What the relay that is attacked has room for. */
export const CAPACITY = 10;
/** Paths that were given up, whose IDs are used on. */
const GONE = 16;
/** Contexts after these, which what is still under way can name. */
const FORGOTTEN = 3000;
const DAY = 86_400;

export class Cast {
  readonly dice: Dice;
  readonly places: Places;
  readonly dcs: readonly [Hand, Hand];
  readonly canary: Path;
  readonly paths: Path[];
  readonly gone: Path[] = [];
  /** Channels by context. */
  private readonly hands = new Map<string, Hand>();
  private readonly forgotten = new Set<string>();
  /** Told when the contexts of a path are forgotten for good. */
  onForgotten: (path: Path) => void = () => {};

  constructor(places: Places, dice: Dice) {
    this.places = places;
    this.dice = dice;
    const dc = (index: 0 | 1): Hand =>
      this.add(
        new Hand(
          {
            kind: 'association',
            id: idOf(index),
            secret: secretOf(index),
            self: DC_NODES[index],
            peer: RS_NODE,
          },
          dice,
        ),
      );
    this.dcs = [dc(0), dc(1)];
    this.canary = this.path(0, places.canary, DAY);
    this.paths = Array.from({ length: PATHS }, () => this.anyPath());
  }

  /** The configuration of the RS-S. @param listen one endpoint a family */
  config(listen: readonly Endpoint[]): RsConfigInput {
    return {
      role: 'rs-s',
      nodeId: toHex(RS_NODE),
      listen: listen.map(formatEndpoint),
      capacity: CAPACITY,
      associations: this.places.dcs.map((place, index) => ({
        id: toHex(idOf(index)),
        secret: toHex(secretOf(index)),
        peer: toHex(DC_NODES[index] ?? RS_NODE),
        peerRole: 'dc' as const,
        endpoints: [formatEndpoint(place)],
      })),
      limits: { perSourcePerSecond: 100, packetsPerSecond: 150, bytesPerSecond: 200_000 },
    };
  }

  hand(context: string): Hand | undefined {
    return this.hands.get(context);
  }

  /** The path with that Path ID, or with a leg of that ID. */
  pathOf(context: string): Path | undefined {
    const has = ({ context: id, legs }: Path): boolean =>
      id === context || legs.some((leg) => leg.context === context);
    return has(this.canary) ? this.canary : (this.paths.find(has) ?? this.gone.find(has));
  }

  /** Whether a context was that of a path or leg that nobody remembers any more. */
  isForgotten(context: string): boolean {
    return this.forgotten.has(context);
  }

  /** Every channel that can be attacked, the canary's legs too. */
  channels(): Hand[] {
    return [...this.hands.values()];
  }

  /** Puts a path of fresh IDs in the place of one that is used up. */
  renew(path: Path): void {
    const index = this.paths.indexOf(path);
    if (index < 0) return;
    this.paths[index] = this.anyPath();
    path.isLive = false;
    this.gone.push(path);
    const oldest = this.gone.length > GONE ? this.gone.shift() : undefined;
    if (oldest === undefined) return;
    for (const leg of oldest.legs) this.hands.delete(leg.context);
    for (const context of [oldest.context, ...oldest.legs.map((leg) => leg.context)])
      this.forgotten.add(context);
    for (const context of this.forgotten) {
      if (this.forgotten.size <= FORGOTTEN) break;
      this.forgotten.delete(context);
    }
    this.onForgotten(oldest);
  }

  private anyPath(): Path {
    const { nodes } = this.places;
    const first = this.dice.below(nodes.length);
    // Now and then both ends claim one address, which only one of them can have.
    const second = this.dice.chance(0.1) ? first : this.dice.below(nodes.length);
    const homes = [nodes[first], nodes[second]] as [Endpoint, Endpoint];
    return this.path(this.dice.pick([0, 1]), homes, this.dice.between(20, 120));
  }

  private path(owner: 0 | 1, homes: readonly [Endpoint, Endpoint], lifetime: number): Path {
    const { dice } = this;
    const leg = (side: 0 | 1): Hand =>
      this.add(
        new Hand(
          { kind: 'leg', id: dice.bytes(16), secret: dice.bytes(32), self: NODES[side], peer: RS_NODE },
          dice,
        ),
      );
    const id = dice.bytes(16);
    return { owner, id, context: toHex(id), legs: [leg(0), leg(1)], homes, lifetime, isLive: false };
  }

  private add(hand: Hand): Hand {
    this.hands.set(hand.context, hand);
    return hand;
  }
}

function idOf(index: number): Uint8Array {
  return new Uint8Array(16).fill(0xc0 + index);
}

function secretOf(index: number): Uint8Array {
  return new Uint8Array(32).fill(0xd0 + index);
}

/** The Relay Direction of a path. */
export function directionOf(path: Path, transaction: Uint8Array): Body {
  const legs = path.legs.map(
    ({ config }) =>
      new Map<number, Uint8Array>([
        [Key.nodeId, config.self],
        [Key.legId, config.id],
        [Key.legSecret, config.secret],
      ]),
  );
  return new Map<number, Body | number | Uint8Array | typeof legs>([
    [Key.transaction, transaction],
    [Key.lifetime, path.lifetime],
    [Key.pathId, path.id],
    [Key.kind, RelayKind.s],
    [Key.legs, legs],
  ]) as Body;
}

/** The withdrawal of a path. */
export function withdrawalOf(path: Path, transaction: Uint8Array): Body {
  return new Map<number, Uint8Array | boolean>([
    [Key.transaction, transaction],
    [Key.pathId, path.id],
    [Key.withdraw, true],
  ]) as Body;
}
