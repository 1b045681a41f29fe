/** As many datagrams as go, from one processor, and how many of them came out at the other end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Party } from '../party.ts';
import type { RelayBench } from './bench.ts';
import { SIZE } from './bench.ts';
import { arrived, CN, dropAll, MN, TO_CN } from './network.ts';

const SENDER = 0;
/** Milliseconds in which what is on the way arrives. */
const DRAIN = 50;
/** Of what the kernel forwards nothing is lost; ARP and the like count too. */
const LOST = 0.01;

interface Sent {
  readonly sent: number;
  readonly seconds: number;
  /** Seconds of the sender's processor time. */
  readonly used: number;
  readonly came: number;
}

/** Datagrams a second, and nanoseconds of processor time for each. */
export interface Cost {
  readonly perSecond: number;
  readonly cost: number;
}

type Kind = 'ntmobile' | 'turn';

export class Flood {
  private readonly bench: RelayBench;
  private readonly seconds: number;

  constructor(bench: RelayBench, seconds: number) {
    this.bench = bench;
    this.seconds = seconds;
  }

  /** Nanoseconds of the sender's processor for a datagram that the relay's host drops as it comes. */
  async dropped(paths: number): Promise<number> {
    const remove = dropAll(this.bench.network.rs, 'udp dport 5000');
    try {
      const { sent, used } = await this.run(CN, paths);
      return (used * 1e9) / sent;
    } finally {
      remove();
    }
  }

  /**
   * Datagrams a second that the kernel forwards, and nanoseconds of the sender's processor for each: all of it is done
   * there, for virtual devices hand over what is sent at once. @throws Error if some do not arrive
   */
  async forwarded(to: string, paths: number): Promise<Cost> {
    const { sent, seconds, used, came } = await this.run(to, paths);
    if (came < sent * (1 - LOST)) throw new Error(`${came} of ${sent} datagrams to ${to} arrived`);
    return { perSecond: came / seconds, cost: (used * 1e9) / came };
  }

  /**
   * Datagrams a second that a process relays on a processor of its own, and nanoseconds of that for each. What waits in
   * its socket when the sender ends comes out later: it costs, but is no part of what went in that time.
   */
  async relayed(relay: Party, to: string, paths: number, kind: Kind = 'ntmobile'): Promise<Cost> {
    const [used, sent] = [relay.used(), relay.sentBy(TO_CN)];
    let inTime = 0;
    const { seconds, came } = await this.run(to, paths, kind, () => {
      inTime = relay.sentBy(TO_CN) - sent;
    });
    if (inTime === 0 || came === 0) throw new Error(`nothing that was sent to ${to} arrived`);
    return { perSecond: inTime / seconds, cost: ((relay.used() - used) * 1e9) / came };
  }

  /** @param ended is called as soon as the sender has sent all */
  private async run(
    to: string,
    paths: number,
    kind: Kind = 'ntmobile',
    ended: () => void = () => {},
  ): Promise<Sent> {
    const before = arrived(this.bench.network.cn);
    const args = ['send', MN, to, SIZE, this.seconds, paths, kind];
    const party = await this.bench.datagrams('mn', args, SENDER);
    const said = await party.next<Omit<Sent, 'came'>>();
    ended();
    await party.end();
    await sleep(DRAIN);
    return { ...said, came: arrived(this.bench.network.cn) - before };
  }
}
