/** From what applications ask for to paths: names to directions, directions to paths, packets to either. */
import type { Endpoint, Ip } from '../../address.ts';
import type { Instant, Random, Transport } from '../../core.ts';
import { unreachable } from '../../packet/errors.ts';
import { readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import type { ErrorAnswer, Message, RouteDirection } from '../../wire/messages.ts';
import { Reason, STATUS_NAMES, Status } from '../../wire/registry.ts';
import type { Tally } from '../tally.ts';
import type { Replacing } from './directions.ts';
import { Directions } from './directions.ts';
import { HeldPackets } from './held.ts';
import type { Judging } from './judge.ts';
import { judge } from './judge.ts';
import { Names } from './names.ts';
import type { Path } from './path.ts';
import type { Paths, PathsEvent } from './paths.ts';
import type { Resolver } from './resolver.ts';

/** DOS-04: packets held, and virtual addresses whose names are known. */
const HELD_BOUND = 4096;
const NAMES_BOUND = 65_536;
/** HO-19: who sent within this time, in milliseconds, has data to send. A dead route takes 5 s to notice. */
const RECENT = 10_000;

export interface ConnectionsParts {
  readonly tally: Tally;
  readonly random: Random;
  readonly paths: Paths;
  readonly resolver: Resolver;
  readonly timers: {
    readonly packetHold: number;
    readonly nameMemory: number;
    readonly replaceRepeat: number;
    /** How long a question waits for the registration. */
    readonly patience: number;
  };
  /** What a direction is judged by, but for the paths. */
  readonly judging: () => Omit<Judging, 'isFull' | 'paths'>;
  readonly isRegistered: (now: Instant) => boolean;
  /** When the host's addresses last changed. */
  readonly movedAt: () => Instant;
  readonly makePath: (direction: RouteDirection, name: string | undefined, now: Instant) => Path;
  /** Sends a Direction Request. */
  readonly ask: (message: Message, now: Instant) => void;
  readonly acknowledge: (transaction: Uint8Array, status: Status, to: Endpoint, now: Instant) => void;
}

export class Connections {
  readonly held: HeldPackets;
  private readonly parts: ConnectionsParts;
  private readonly directions: Directions;
  private readonly names: Names;

  constructor(parts: ConnectionsParts) {
    const { timers, paths, random } = parts;
    this.parts = parts;
    this.directions = new Directions(timers.patience, paths.bound, random);
    this.names = new Names(timers.nameMemory, NAMES_BOUND);
    this.held = new HeldPackets(timers.packetHold, HELD_BOUND);
  }

  /** A query of an application. */
  query(number: number, message: Uint8Array, transport: Transport, now: Instant): void {
    this.parts.resolver.take(number, message, transport, now);
  }

  /** An application wants the addresses of a peer. [DNS-14] */
  reach(name: string, now: Instant): void {
    const { resolver, paths } = this.parts;
    const path = paths.forName(name);
    if (path === undefined) this.want(name, undefined, now);
    else resolver.settle(name, path.addresses);
  }

  /** An inner packet that the Tunnel Table had no way for. [NODE-10, TUN-18] */
  packet(bytes: Uint8Array, now: Instant): void {
    const inner = readInner(bytes);
    if (inner instanceof Refusal) return;
    const { packet, source, destination } = inner;
    if (!this.parts.judging().addresses.includes(source)) return;
    const { paths } = this.parts;
    const sent = paths.send(packet, destination, now);
    if (sent !== undefined) return this.follow(sent, now);
    const known = paths.forAddress(destination);
    const name = known[0]?.directed.name ?? this.names.nameOf(destination, now);
    // A live path to the name whose peer has not got the address: it has another one now.
    const isElsewhere = known.length === 0 && name !== undefined && paths.forName(name) !== undefined;
    if (name === undefined || isElsewhere) return this.refuse(packet);
    if (!this.held.add(destination, packet, now)) return;
    if (known.length === 0) this.want(name, undefined, now);
    else if (!known.some(({ isHopeful }) => isHopeful)) this.replace(known, now);
  }

  /** A Route Direction that came as a request. [NODE-16, NODE-22, NODE-25] */
  directed(direction: RouteDirection, from: Endpoint, now: Instant): void {
    const { paths, resolver, isRegistered, acknowledge } = this.parts;
    const verdict = isRegistered(now) ? this.judge(direction) : Status.busy;
    const isTaken = verdict === 'made' || verdict === 'known';
    acknowledge(direction.transaction, isTaken ? Status.ok : verdict, from, now);
    if (verdict !== 'made') return;
    const path = this.parts.makePath(direction, direction.peer?.fqdn, now);
    this.remember(path, now);
    this.follow(paths.add(path, now), now);
    if (path.directed.name !== undefined) resolver.settle(path.directed.name, path.addresses);
  }

  /** The answer to a Direction Request. */
  answered(answer: RouteDirection | ErrorAnswer, now: Instant): void {
    const asked = this.directions.take(answer.transaction);
    if (asked === undefined) return;
    const { name } = asked;
    if (!('pathId' in answer)) return this.fail(name, statusName(answer.status), now);
    const verdict = this.judge(answer);
    if (verdict !== 'made' && verdict !== 'known') {
      this.parts.tally.event('direction-given-up', { name, status: statusName(verdict) });
      return this.fail(name, statusName(verdict), now);
    }
    const { paths, resolver, makePath } = this.parts;
    if (verdict === 'made') {
      const path = makePath(answer, name, now);
      this.remember(path, now);
      this.follow(paths.add(path, now), now);
    }
    const addresses = answer.peer?.virtualAddresses ?? [];
    resolver.settle(name, addresses);
    this.drop(name, (destination) => !addresses.includes(destination), now);
  }

  /** A Direction Request was given up. */
  unanswered(transaction: Uint8Array, now: Instant): void {
    const asked = this.directions.take(transaction);
    if (asked !== undefined) this.fail(asked.name, 'no answer', now);
  }

  /** What happened to paths. */
  follow(events: readonly PathsEvent[], now: Instant): void {
    for (const event of events) {
      const { path } = event;
      switch (event.kind) {
        case 'up':
          for (const destination of path.addresses) this.flush(destination, now);
          break;
        case 'lost':
          this.recover(path, now);
          break;
        case 'gone':
          this.remember(path, path.tunnel.lastInner ?? path.directed.directedAt);
          break;
        default:
          throw new Error(`no such event: ${event satisfies never}`);
      }
    }
  }

  tick(now: Instant): void {
    for (const { name } of this.directions.takeOver(now)) this.fail(name, 'not-registered', now);
    for (const packet of this.held.takeExpired(now)) this.refuse(packet);
    this.parts.resolver.tick(now);
  }

  /** Sends the requests that waited for the registration. */
  sendReady(now: Instant): void {
    if (!this.directions.hasWaiting() || !this.parts.isRegistered(now)) return;
    for (const request of this.directions.takeReady()) this.parts.ask(request, now);
  }

  wakeAt(): Instant {
    return Math.min(this.directions.wakeAt(), this.held.wakeAt(), this.parts.resolver.wakeAt());
  }

  private judge(direction: RouteDirection): ReturnType<typeof judge> {
    const { paths, judging } = this.parts;
    return judge(direction, {
      ...judging(),
      isFull: paths.all.size >= paths.bound,
      paths: paths.all,
    });
  }

  private want(name: string, replacing: Replacing | undefined, now: Instant): void {
    const { paths } = this.parts;
    const failure = paths.all.size >= paths.bound ? 'busy' : this.directions.ask(name, replacing, now);
    if (failure === undefined) return this.sendReady(now);
    this.end(name, now);
  }

  /** [ERR-06] */
  private fail(name: string, status: string, now: Instant): void {
    this.directions.failed(name, status, now);
    this.parts.tally.event('direction-failed', { name, status });
    this.end(name, now);
  }

  private end(name: string, now: Instant): void {
    this.parts.resolver.settle(name, undefined);
    this.drop(name, () => true, now);
  }

  /** No route of a path is left. [HO-06, HO-11, HO-19] */
  private recover(path: Path, now: Instant): void {
    const { paths } = this.parts;
    const others = paths.to(path.peer).filter((other) => other !== path);
    // HO-11: it is closed as soon as something is heard on another one that is up.
    if (others.some(({ isHopeful }) => isHopeful)) return;
    const sentAt = path.tunnel.lastInner ?? Number.NEGATIVE_INFINITY;
    const isWaiting = this.held.destinations().some((destination) => path.addresses.includes(destination));
    if (path.directed.isInitiator || isWaiting || now < sentAt + RECENT) this.replace([path, ...others], now);
  }

  /** Asks for a path instead of lost ones, not more often than every 5 s. [HO-17] */
  private replace(lost: readonly Path[], now: Instant): void {
    const old = lost.find(({ confirmedAt }) => confirmedAt !== undefined) ?? lost[0];
    const name = old?.directed.name;
    if (old === undefined || name === undefined) return;
    if (lost.some(({ replacedAt }) => now < replacedAt + this.parts.timers.replaceRepeat)) return;
    for (const path of lost) path.replacedAt = now;
    this.want(name, { pathId: old.pathId, reason: this.reason(old) }, now);
  }

  /** [HO-19] */
  private reason(path: Path): Reason {
    const heardAt = path.heardAt ?? path.directed.directedAt;
    if (this.parts.movedAt() >= heardAt) return Reason.moved;
    return path.lostWhy === 'relay' ? Reason.relayLost : Reason.directFailed;
  }

  private remember({ addresses, directed: { name } }: Path, usedAt: Instant): void {
    if (name !== undefined) this.names.note(addresses, name, usedAt);
  }

  private flush(destination: Ip, now: Instant): void {
    for (const packet of this.held.take(destination)) {
      const events = this.parts.paths.send(packet, destination, now);
      if (events === undefined) this.refuse(packet);
      else this.follow(events, now);
    }
  }

  /** Drops what is held for the destinations of a name. */
  private drop(name: string, isDropped: (destination: Ip) => boolean, now: Instant): void {
    for (const destination of this.held.destinations()) {
      const known = this.parts.paths.forAddress(destination)[0]?.directed.name;
      if ((known ?? this.names.nameOf(destination, now)) !== name || !isDropped(destination)) continue;
      for (const packet of this.held.take(destination)) this.refuse(packet);
    }
  }

  /** Tells the application that its packet goes nowhere. [NODE-10] */
  private refuse(packet: Uint8Array): void {
    const inner = readInner(packet);
    const error = inner instanceof Refusal ? undefined : unreachable(packet, inner.source);
    if (error !== undefined) this.parts.tally.add({ kind: 'deliver', packet: error });
  }
}

function statusName(status: Status): string {
  return STATUS_NAMES[status] ?? `status ${status}`;
}
