/** An RS-S in another process under fire over UDP. What it counts comes from its adapter. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Socket } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import { endpoint } from '../channel/pair.ts';
import type { Places } from './cast.ts';
import { Cast, directionOf } from './cast.ts';
import { Dice } from './dice.ts';
import { FORGERS } from './forged.ts';
import { MAKERS, openFrom } from './genuine.ts';
import { Judge, Violation } from './judge.ts';
import { react } from './reactions.ts';
import { Requests } from './requests.ts';
import type { Shot } from './shot.ts';
import type { Attacker, OutsideOptions, OutsideResult, Target } from './siege.ts';
import { besiege } from './siege.ts';

/** Datagrams between two tries of the canary's path, which also wait for the RS-S to come along. */
const BATCH = 48;
/** Milliseconds: the canary's datagram is sent again after the one, and has failed after the other. */
const CANARY_AGAIN = 200;
const CANARY_OVER = 5000;
const STRANGERS = 24;
/** Datagrams of the players under way at once. */
const QUEUE = 512;

const net = udpNet();
const later = (ms: number): Promise<void> => new Promise((resolve) => net.schedule(net.now() + ms, resolve));

/** Attacks an RS-S behind an adapter in a process of its own. */
export function outside(options: OutsideOptions): Promise<OutsideResult> {
  return besiege('rs-s', new Attack(options.seed), net, options);
}

/** Loopback addresses that count as global; all others of 127.0.0.0/8 can be nobody's. */
const PROFILE = { global: [2, 3, 4, 5, 6, 7].map((host) => `127.0.0.${host}/32`), private: [] };

class Attack implements Attacker {
  private cast: Cast;
  private target: Endpoint = endpoint('127.0.0.1:1');
  datagrams = 0;
  received = 0;
  alive = 0;
  readonly faults: string[] = [];
  private readonly dice: Dice;
  private readonly sockets = new Map<string, Socket>();
  private readonly strangers = new Set<string>();
  private readonly requests = new Requests();
  private judge: Judge | undefined;
  private readonly queue: Shot[] = [];
  private heardCanary = -1;

  constructor(seed: string) {
    this.dice = new Dice(seed);
    // Replaced once it is known where the sockets are.
    this.cast = new Cast(somewhere(), this.dice);
  }

  async prepare(): Promise<Fields> {
    const many = (count: number, ip: (index: number) => string): Promise<Endpoint[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => this.bindOne(ip(index))));
    const [dc1, dc2, canary1, canary2] = await many(4, (index) => `127.0.0.${2 + index}`);
    const strangers = await many(STRANGERS, (index) => `127.8.0.${1 + index}`);
    for (const stranger of strangers) this.strangers.add(formatEndpoint(stranger));
    if (!dc1 || !dc2 || !canary1 || !canary2) throw new Error('four places');
    const places: Places = {
      dcs: [dc1, dc2],
      canary: [canary1, canary2],
      nodes: await many(8, (index) => `127.0.0.${4 + (index % 4)}`),
      mutes: await many(4, (index) => `127.0.0.${4 + index}`),
      excluded: await many(2, (index) => `127.9.0.${1 + index}`),
      stranger: (dice) => dice.pick(strangers),
      forgesAll: false,
    };
    this.cast = new Cast(places, this.dice);
    this.judge = new Judge(this.cast);
    const config = this.cast.config([endpoint('127.0.0.1:0')]);
    return { ...config, testProfile: PROFILE } as unknown as Fields;
  }

  async begin({ endpoints }: Target): Promise<void> {
    this.target = endpoint(endpoints[0] ?? '');
    await this.raiseCanary();
  }

  async close(): Promise<void> {
    await Promise.all([...this.sockets.values()].map((socket) => socket.close()));
  }

  /** Sends a batch of datagrams, and then tries the canary's path. */
  async batch(): Promise<void> {
    const { dice, cast, requests } = this;
    requests.passed(net.now());
    for (let i = 0; i < BATCH || this.queue[0]?.atOnce === true; i++) {
      if (this.queue.length === 0 || dice.chance(0.2)) {
        const isForged = dice.chance(0.3);
        this.queue.push(
          ...(isForged ? dice.weighted(FORGERS)(cast) : dice.weighted(MAKERS)({ cast, requests })),
        );
      }
      const isNext = this.queue[0]?.atOnce === true || dice.chance(0.9);
      const [shot] = this.queue.splice(isNext ? 0 : dice.below(this.queue.length), 1);
      if (shot !== undefined) this.send(shot);
    }
    this.queue.splice(0, this.queue.length - QUEUE);
    if (!(await this.tryCanary(CANARY_OVER))) throw new Violation("the canary's datagram did not arrive");
  }

  private async raiseCanary(): Promise<void> {
    const { cast } = this;
    const [dc] = cast.dcs;
    const [place] = cast.places.dcs;
    for (let tries = 0; dc.newest() === undefined && tries < 50; tries++) {
      for (const shot of openFrom(dc, place)) this.send(shot);
      await this.settle();
    }
    for (let tries = 0; tries < 20; tries++) {
      const keys = dc.newest();
      if (keys === undefined) throw new Violation('a DC cannot open its association');
      const bytes = dc.seal(0x07, encodeCbor(directionOf(cast.canary, this.dice.bytes(8))), keys);
      this.send({ bytes, from: place, claim: 'sealed', what: "the canary's direction" });
      await this.settle();
      for (const side of [0, 1] as const) {
        for (const shot of openFrom(cast.canary.legs[side], cast.canary.homes[side])) this.send(shot);
      }
      await this.settle();
      if (await this.tryCanary(CANARY_AGAIN)) return;
    }
    throw new Violation("the canary's path cannot be opened");
  }

  /** Sends what the players have to say until they are silent. */
  private async settle(): Promise<void> {
    for (let quiet = 0; quiet < 5; ) {
      quiet = this.queue.length === 0 ? quiet + 1 : 0;
      for (const shot of this.queue.splice(0)) this.send(shot);
      await later(20);
    }
  }

  /** Whether a datagram of the canary's path arrives within a time. */
  private async tryCanary(patience: number): Promise<boolean> {
    const number = ++this.alive;
    const { homes, id } = this.cast.canary;
    const bytes = new Uint8Array(100);
    bytes.set([5, 0x10, 1, 1]);
    bytes.set(id, 4);
    new DataView(bytes.buffer).setUint32(60, number);
    const side = number % 2;
    const from = homes[side as 0 | 1];
    const over = net.now() + patience;
    for (let again = 0; this.heardCanary !== number; ) {
      const now = net.now();
      if (now >= over) return false;
      if (now >= again) {
        this.sockets.get(formatEndpoint(from))?.send(bytes, this.target);
        again = now + CANARY_AGAIN;
      }
      await later(0);
    }
    return true;
  }

  private send(shot: Shot): void {
    this.datagrams++;
    this.judge?.arrives(shot);
    this.sockets.get(formatEndpoint(shot.from))?.send(shot.bytes, this.target);
  }

  private async bindOne(ip: string): Promise<Endpoint> {
    const socket = await net.bind(endpoint(`${ip}:0`), (bytes) => {
      try {
        this.receive(bytes, socket.local);
      } catch (fault) {
        if (!(fault instanceof Violation)) throw fault;
        this.faults.push(fault.message);
      }
    });
    this.sockets.set(formatEndpoint(socket.local), socket);
    return socket.local;
  }

  private receive(bytes: Uint8Array, at: Endpoint): void {
    this.received++;
    if (this.strangers.has(formatEndpoint(at)))
      throw new Violation(`${bytes.length} bytes came to a stranger`);
    const isCanary =
      bytes.length === 100 && this.cast.canary.id.every((byte, index) => bytes[4 + index] === byte);
    if (isCanary) {
      const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(60);
      if (formatEndpoint(this.cast.canary.homes[number % 2 === 0 ? 1 : 0]) !== formatEndpoint(at)) {
        throw new Violation(`the canary's datagram came to ${formatEndpoint(at)}`);
      }
      this.heardCanary = number;
      return;
    }
    const copy = bytes.slice();
    const heard = react({ cast: this.cast, requests: this.requests }, copy, at);
    this.judge?.sent(copy, at, heard);
    this.queue.push(...heard.shots);
  }
}

/** Places to begin with. */
function somewhere(): Places {
  const one = endpoint('127.0.0.2:1');
  return {
    dcs: [one, one],
    canary: [one, one],
    nodes: [one, one],
    mutes: [one],
    excluded: [one],
    stranger: () => one,
    forgesAll: false,
  };
}
