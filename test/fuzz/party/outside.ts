/**
 * A role in another process under fire over UDP by its own far ends and by strangers. Each has an address of its own:
 * run it where those for documentation are the host's (namespace.ts). What the role counts, and what comes out of its
 * general side, says its adapter.
 */
import type { Fields } from '../../../adapters/cbor.ts';
import type { Endpoint } from '../../../reference/address.ts';
import { family, formatEndpoint } from '../../../reference/address.ts';
import type { Socket } from '../../../reference/net/net.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import { endpoint } from '../../channel/pair.ts';
import type { Dice } from '../dice.ts';
import { Violation } from '../judge.ts';
import type { Shot } from '../shot.ts';
import type { Attacker, OutsideOptions, OutsideResult, Target } from '../siege.ts';
import { besiege } from '../siege.ts';
import { forge } from './forge.ts';
import { react } from './reactions.ts';
import type { Side, Step } from './side.ts';
import type { PartyRole } from './under-fire.ts';
import { UNDER_FIRE } from './under-fire.ts';

/** Datagrams between two looks whether the role is alive, which also wait for it to come along. */
const BATCH = 48;
const QUEUE = 512;
/** Milliseconds: what was limited is free again; what has not come by then was lost; nobody had anything to say. */
const FREE = 1100;
const LOST = 500;
const QUIET = 60;
const STRANGERS = { 4: [1, 2, 3, 4].map((host) => `192.0.2.${host}:0`), 6: [1, 2, 3, 4].map(strangerAt) };
/** Sockets of what is sent from no home of a far end. */
const MUTES = 4;

const net = udpNet();
const later = (ms: number): Promise<void> => new Promise((resolve) => net.schedule(net.now() + ms, resolve));

/** Attacks a role behind an adapter in a process of its own. */
export function partyOutside(
  role: Exclude<PartyRole, 'node'>,
  options: OutsideOptions,
): Promise<OutsideResult> {
  const { side, dice } = UNDER_FIRE[role](options.seed, 'lossy');
  return besiege(role, new Attack(side, dice), net, options);
}

class Attack implements Attacker {
  datagrams = 0;
  received = 0;
  alive = 0;
  readonly faults: string[] = [];
  private readonly side: Side;
  private readonly dice: Dice;
  private target: Target | undefined;
  private readonly sockets = new Map<string, Socket>();
  private readonly strangers: Record<4 | 6, Socket[]> = { 4: [], 6: [] };
  private readonly mutes: Record<4 | 6, Socket[]> = { 4: [], 6: [] };
  private queue: Shot[] = [];
  private readonly under: Promise<unknown>[] = [];
  private seen = 0;

  constructor(side: Side, dice: Dice) {
    this.side = side;
    this.dice = dice;
  }

  prepare(): Promise<Fields> {
    return Promise.resolve(this.side.config as Fields);
  }

  /** A socket at each home of a far end, and those of strangers. */
  async begin(target: Target): Promise<void> {
    this.target = target;
    for (const version of [4, 6] as const) {
      for (const at of STRANGERS[version]) {
        const socket = await net.bind(endpoint(at), (bytes) => {
          this.faults.push(`${bytes.length} bytes came to a stranger`);
        });
        this.strangers[version].push(socket);
      }
    }
    for (let index = 0; index < MUTES; index++) {
      this.mutes[4].push(await this.listen(endpoint(`198.51.100.99:${5000 + index}`)));
      this.mutes[6].push(await this.listen(endpoint(`[2001:db8:99::1]:${5000 + index}`)));
    }
    const homes = this.side.adepts().flatMap(({ manner }) => manner.places);
    for (const home of [...homes, ...(this.side.homes ?? [])]) {
      const name = formatEndpoint(home);
      if (!this.sockets.has(name)) this.sockets.set(name, await this.listen(home));
    }
  }

  async close(): Promise<void> {
    const { sockets, strangers, mutes } = this;
    const all = [...sockets.values(), ...[strangers, mutes].flatMap((some) => [...some[4], ...some[6]])];
    await Promise.all(all.map((socket) => socket.close()));
  }

  /** Sends a batch of datagrams, and then looks whether the role is alive. @throws Violation */
  async batch(): Promise<void> {
    const { dice, side } = this;
    for (let i = 0; i < BATCH || this.queue[0]?.atOnce === true; i++) {
      if (this.queue.length === 0 || dice.chance(0.25))
        this.queue.push(
          ...(dice.chance(0.25) ? forge(side.adepts(), dice) : dice.pick(side.attackers()).acts()),
        );
      const happened = dice.chance(side.eventful) ? side.happens?.(net.now()) : undefined;
      if (happened?.kind === 'packet') this.packet(happened.packet);
      const isNext = this.queue[0]?.atOnce === true || dice.chance(0.9);
      const [shot] = this.queue.splice(isNext ? 0 : dice.below(this.queue.length), 1);
      if (shot !== undefined) this.send(shot);
    }
    this.queue = this.queue.slice(-QUEUE);
    for (const step of side.isAlive()) await this.show(step);
    this.alive++;
  }

  private async show(step: Step): Promise<void> {
    if (step.what === 'pass') return await later(Math.min(FREE, step.time));
    if (step.what === 'packet') return this.packet(step.packet);
    for (const shot of step.shots) this.send(shot);
    let quiet = net.now() + QUIET;
    for (const over = net.now() + LOST; net.now() < (step.until === undefined ? quiet : over); ) {
      await this.come();
      if (step.until?.() === true) return;
      if (this.queue.length > 0) quiet = net.now() + QUIET;
      for (const shot of this.queue.splice(0)) this.send(shot);
      await later(1);
    }
  }

  /** Something comes on the role's general side. */
  private packet(packet: Uint8Array): void {
    if (this.target === undefined) return;
    const { client, instance } = this.target;
    const taken = client.call('trigger', { what: 'packet', instance, packet });
    this.under.push(taken);
    // It may fail before anybody waits for it; who does then is told.
    taken.catch(() => undefined);
  }

  /** Takes what came out of the role's general side. */
  private async come(): Promise<void> {
    if (this.side.happens === undefined || this.target === undefined) return;
    const { client, instance } = this.target;
    await Promise.all(this.under.splice(0));
    for (let isMore = true; isMore; ) {
      const { events, more } = await client.call('events', { instance, since: this.seen });
      for (const { number, packet } of events) {
        this.seen = number;
        if (packet !== undefined) this.side.delivered?.(packet);
      }
      isMore = more;
    }
  }

  private send(shot: Shot): void {
    this.datagrams++;
    const version = family(shot.from.ip);
    const others = shot.claim === 'forged' ? this.strangers[version] : this.mutes[version];
    const socket = this.sockets.get(formatEndpoint(shot.from)) ?? others[shot.from.port % others.length];
    const from = shot.claim === 'forged' ? others[shot.from.port % others.length] : socket;
    const to = this.side.locals.find((local) => family(local.ip) === version);
    if (to !== undefined) from?.send(shot.bytes, to);
  }

  private listen(home: Endpoint): Promise<Socket> {
    return net.bind(home, (bytes) => {
      this.received++;
      try {
        this.queue.push(...react(this.side, this.dice, bytes.slice(), home));
      } catch (fault) {
        if (!(fault instanceof Violation)) throw fault;
        this.faults.push(fault.message);
      }
    });
  }
}

function strangerAt(host: number): string {
  return `[2001:db8:dead::${host}]:0`;
}
