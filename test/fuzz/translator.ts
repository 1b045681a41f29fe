/** The translator of an RS-N under fire from both sides, in virtual time; every packet that goes out is looked at. */
import { toHex } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import type { Layer } from '../../reference/refusal.ts';
import { Napt } from '../../reference/roles/rs-n/napt/napt.ts';
import type { Peering } from '../../reference/roles/rs-n/napt/types.ts';
import { DEFAULTS } from '../../reference/roles/rs-n/napt/types.ts';
import { addr } from '../roles/rs-n/napt/bench.ts';
import { see, shown, udp } from '../roles/rs-n/napt/packets.ts';
import { Dice } from './dice.ts';
import type { Made } from './inner-packets.ts';
import { packet, varied } from './inner-packets.ts';
import type { Tallies } from './inside.ts';
import { Violation } from './judge.ts';

export const RELAYS = ['192.0.2.1', '192.0.2.2', '2001:db8::1'];
const PEERS = ['203.0.113.1', '203.0.113.2', '2001:db8:5::1', '2001:db8:5::2'];
const STRANGERS = ['198.51.100.9', '2001:db8:77::9'];
const NODES = ['a', 'b', 'c'] as const;
/** Small, so that they are full now and then. */
const BOUNDS = {
  mappings: 100,
  mappingsPerNode: 40,
  sessionsPerMapping: 8,
  sessionsPerNode: 80,
  sessions: 200,
  reassemblies: 12,
  reassembliesEach: 4,
  reassemblyBytes: 20_000,
};
const MTU = 1500;

export type Translator = Pick<
  Napt,
  'bind' | 'release' | 'quickOut' | 'out' | 'quickIn' | 'in' | 'expire' | 'sizes'
>;

/** The virtual addresses of a node, and what stands for a peer, of either family. */
const ownOf = (node: number) => [`198.18.0.${node + 1}`, `fd00:1::${node + 1}`] as const;
const standsFor = (node: number, peer: number, family: 0 | 1) =>
  family === 0 ? `198.18.${node + 1}.${peer + 1}` : `fd00:${node + 1}::${peer + 1}:0`;

export class TranslatorUnderFire {
  /** Of packets; forwarded are those that were translated, sent the errors that were made. */
  readonly tallies: Tallies = {
    datagrams: 0,
    genuine: 0,
    forwarded: 0,
    sent: 0,
    canary: 0,
    refused: new Map(),
  };
  now: Instant = 0;
  private readonly dice: Dice;
  private readonly napt: Translator;
  private readonly paths = new Map<string, Peering>();
  private pathCount = 0;
  /** What went out last, for answers to it. */
  private recent: { relay: string; peer: string; ports: readonly [number, number] }[] = [];

  constructor(seed: string, wrap: (napt: Napt) => Translator = (napt) => napt) {
    this.dice = new Dice(seed);
    const config = {
      ...DEFAULTS,
      addresses: RELAYS.map(addr),
      bounds: BOUNDS,
      mtu: MTU,
      ports: [5000, 5060] as const,
    };
    this.napt = wrap(new Napt(config, new Dice(`${seed} napt`).bytes));
    this.raiseCanary();
    for (let i = 0; i < 6; i++) this.bindOne();
  }

  /** One packet from either side, or something that happens to paths. @throws Violation */
  step(): void {
    const { dice } = this;
    this.now += dice.chance(0.9) ? dice.below(10) : dice.below(dice.chance(0.02) ? 400_000 : 5000);
    if (dice.chance(0.01)) this.bindOne();
    if (dice.chance(0.005) && this.paths.size > 3) this.releaseOne();
    if (dice.chance(0.05)) this.napt.expire(this.now);
    if (dice.chance(0.03)) this.tryCanary();
    for (const shot of this.shots(dice.chance(0.5))) this.fire(shot);
    this.checkSizes();
  }

  /** Lets time go by, so that what is kept for a while only is gone. */
  rest(duration: number): void {
    this.now += duration;
    this.napt.expire(this.now);
  }

  private fire({ shot, isOut, path }: { shot: Made; isOut: boolean; path: Peering }): void {
    this.tallies.datagrams++;
    if (shot.isGenuine) this.tallies.genuine++;
    const bytes = shot.bytes.slice();
    try {
      if (isOut) this.out(shot, bytes, path);
      else this.in(shot, bytes);
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault);
      const where = fault instanceof Violation ? '' : ` ${fault instanceof Error ? fault.stack : ''}`;
      throw new Violation(
        `${why}${where}\nby ${isOut ? path.pathId : 'outside'}: ${toHex(shot.bytes.subarray(0, 200))}`,
      );
    }
    if (bytes.some((byte, index) => byte !== shot.bytes[index]))
      throw new Violation('the bytes were changed');
  }

  private out(shot: Made, bytes: Uint8Array, path: Peering): void {
    const quick = this.napt.quickOut(bytes, path.pathId, this.now);
    const { packets, back, refused } =
      quick === undefined
        ? this.napt.out(bytes, path.pathId, this.now)
        : { packets: [quick], back: [], refused: undefined };
    this.count(refused, packets);
    for (const packet of packets) {
      this.tallies.forwarded++;
      const seen = this.judge(packet, shot.isGenuine, MTU);
      if (!RELAYS.map(shown).includes(seen.from)) throw new Violation(`out from ${seen.from}`);
      if (seen.to !== shown(path.peer)) throw new Violation(`out to ${seen.to}`);
      this.recent = [...this.recent.slice(-20), { relay: seen.from, peer: seen.to, ports: seen.ports }];
    }
    for (const packet of back) this.intoPath(packet, path, true);
    this.tallies.sent += back.length;
  }

  private in(shot: Made, bytes: Uint8Array): void {
    const quick = this.napt.quickIn(bytes, this.now);
    const { to, reply, refused } =
      quick === undefined
        ? this.napt.in(bytes, this.now)
        : { to: { pathId: quick.pathId, packets: [quick.packet] }, reply: [], refused: undefined };
    this.count(refused, to?.packets ?? []);
    if (to !== undefined) {
      const path = this.paths.get(to.pathId);
      if (path === undefined) throw new Violation(`in to ${to.pathId}, which is gone`);
      for (const packet of to.packets) {
        this.tallies.forwarded++;
        this.intoPath(packet, path, shot.isGenuine);
      }
    }
    for (const packet of reply) {
      this.tallies.sent++;
      const seen = this.judge(packet, true, 1280);
      if (!RELAYS.map(shown).includes(seen.from)) throw new Violation(`a reply from ${seen.from}`);
      if (RELAYS.map(shown).includes(seen.to)) throw new Violation(`a reply to ${seen.to}`);
    }
  }

  private intoPath(packet: Uint8Array, path: Peering, isGenuine: boolean): void {
    const seen = this.judge(packet, isGenuine, 1280);
    if (seen.from !== shown(path.standsFor)) throw new Violation(`into ${path.pathId} from ${seen.from}`);
    if (!path.own.map(shown).includes(seen.to)) throw new Violation(`into ${path.pathId} to ${seen.to}`);
  }

  /** What must hold of every packet: its length, its header's checksum, and all checksums if it came with right ones. */
  private judge(packet: Uint8Array, isGenuine: boolean, mtu: number) {
    const header = see(packet, { isPart: true });
    const isPiece = [0, 43, 44, 60].includes(header.protocol);
    const [type = 255] = header.payload;
    const isError = header.protocol === 58 ? type < 128 : header.protocol === 1 && [3, 11, 12].includes(type);
    const seen = !isPiece && (isGenuine || isError) ? see(packet) : header;
    const length = (packet[0] ?? 0) >> 4 === 4 ? u16(packet, 2) : 40 + u16(packet, 4);
    const faults = [...seen.faults, ...(length === packet.length ? [] : ['length'])];
    if (faults.length > 0) throw new Violation(`${faults.join(', ')}: ${toHex(packet.subarray(0, 200))}`);
    if (packet.length > mtu) throw new Violation(`${packet.length} bytes`);
    if (seen.hops === 0) throw new Violation('no hops left');
    return seen;
  }

  private count(refused: Layer | undefined, packets: readonly Uint8Array[]): void {
    if (refused === undefined) return;
    if (packets.length > 0) throw new Violation(`sent, but refused by ${refused}`);
    this.tallies.refused.set(refused, (this.tallies.refused.get(refused) ?? 0) + 1);
  }

  private checkSizes(): void {
    const { mappings, sessions, reassemblies, reassemblyBytes } = this.napt.sizes();
    const isBounded =
      mappings <= BOUNDS.mappings &&
      sessions <= BOUNDS.sessions &&
      reassemblies <= 2 * BOUNDS.reassemblies &&
      reassemblyBytes <= 2 * BOUNDS.reassemblyBytes;
    const isSane = [mappings, sessions, reassemblies, reassemblyBytes].every(
      (size) => Number.isInteger(size) && size >= 0,
    );
    if (!isBounded || !isSane) throw new Violation(`tables: ${JSON.stringify(this.napt.sizes())}`);
  }

  private bindOne(): void {
    const { dice } = this;
    const [node, peer] = [dice.below(NODES.length), dice.below(PEERS.length)];
    const peering: Peering = {
      pathId: `p${this.pathCount++}`,
      nodeId: NODES[node] ?? 'a',
      own: ownOf(node).map(addr),
      standsFor: addr(standsFor(node, peer, dice.chance(0.5) ? 0 : 1)),
      peer: addr(PEERS[peer] ?? ''),
    };
    this.napt.bind(peering, this.now);
    this.paths.set(peering.pathId, peering);
    if (this.paths.size > 20) this.releaseOne();
  }

  private releaseOne(): void {
    const pathId = this.dice.pick([...this.paths.keys()].filter((id) => id !== 'canary'));
    this.napt.release(pathId, this.now);
    this.paths.delete(pathId);
  }

  /** One node sends and gets all the time, and must never notice the others. */
  private raiseCanary(): void {
    const peering: Peering = {
      pathId: 'canary',
      nodeId: 'canary',
      own: [addr('198.18.0.200')],
      standsFor: addr('198.18.200.1'),
      peer: addr('203.0.113.200'),
    };
    this.napt.bind(peering, this.now);
    this.paths.set('canary', peering);
    this.tryCanary();
  }

  private tryCanary(): void {
    this.tallies.canary++;
    const there = udp({ from: '198.18.0.200', to: '198.18.200.1', ports: [5050, 53] }, Uint8Array.of(1));
    const { packets } = this.napt.out(there, 'canary', this.now);
    const { ports, from } = see(packets[0] ?? there);
    const back = udp({ from: '203.0.113.200', to: from, ports: [53, ports[0]] }, Uint8Array.of(2));
    if (packets.length !== 1) throw new Violation('the canary cannot send');
    const { to } = this.napt.in(back, this.now);
    const [packet] = to?.packets ?? [];
    const seen = packet && see(packet);
    if (to?.pathId !== 'canary' || seen?.to !== '198.18.0.200' || seen.ports[1] !== 5050) {
      throw new Violation('the canary gets nothing');
    }
  }

  private shots(isOut: boolean): { shot: Made; isOut: boolean; path: Peering }[] {
    const { dice } = this;
    const path = dice.pick([...this.paths.values()]);
    if (!isOut && this.recent.length > 0 && dice.chance(0.7)) {
      const { relay, peer, ports } = dice.pick(this.recent);
      const hops = dice.chance(0.95) ? 64 : dice.below(3);
      return this.varied(
        this.packet({ from: peer, to: relay, hops }, [ports[1], ports[0]], false),
        false,
        path,
      );
    }
    const isIpv6 = (isOut ? path.standsFor : path.peer).includes(':');
    const relays = RELAYS.filter((one) => one.includes(':') === isIpv6);
    const own = path.own.find((one) => one.includes(':') === isIpv6) ?? path.own[0] ?? addr('198.18.0.1');
    const [here, far] = isOut
      ? [own as string, path.standsFor as string]
      : [path.peer as string, dice.pick(relays)];
    const stranger = STRANGERS[isIpv6 ? 1 : 0] ?? '';
    const from = dice.chance(0.9) ? here : stranger;
    const ports = [dice.between(5000, 5060), dice.between(5050, 5060)] as const;
    const both = isOut ? ports : ([ports[1], ports[0]] as const);
    const shot = this.packet({ from, to: far, hops: dice.chance(0.95) ? 64 : dice.below(3) }, both, isOut);
    return this.varied(shot, isOut, path);
  }

  private varied(shot: Made, isOut: boolean, path: Peering) {
    return varied(this.dice, shot).map((one) => ({ shot: one, isOut, path }));
  }

  private packet(
    head: { from: string; to: string; hops: number },
    ports: readonly [number, number],
    isOut: boolean,
  ): Made {
    const isIpv6 = head.from.includes(':');
    const others = PEERS.filter((one) => one.includes(':') === isIpv6);
    return packet(this.dice, head, ports, isOut ? head.from : this.dice.pick(others));
  }
}

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
