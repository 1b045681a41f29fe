/** What must hold of every datagram that the RS-S sends, and of what it says about every one that came. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Counters } from '../../reference/core.ts';
import type { Cast, Path } from './cast.ts';
import type { Heard } from './reactions.ts';
import type { Shot } from './shot.ts';

/** Something that must not happen, in words. */
export class Violation extends Error {}

/** [DOS-02] */
const AMPLIFICATION = 3;
/** [GEN-12] */
const LARGEST = 1200;

/** What may go beside that to where an opening went: its confirming probes. */
const CONFIRMING = 3 * 64;

interface Account {
  received: number;
  sent: number;
  /** The openings that went there, and the last one's key. */
  openings: number;
  lastOpening: string;
  /** An own probe to it was answered from it. */
  isValid: boolean;
}

/** Keeps count of bytes by channel and address, from what the players know themselves. */
export class Judge {
  private readonly accounts = new Map<string, Map<string, Account>>();
  private readonly cast: Cast;
  private readonly known: ReadonlySet<string>;

  constructor(cast: Cast) {
    this.cast = cast;
    const { dcs, canary, nodes, mutes, excluded } = cast.places;
    this.known = new Set([...dcs, ...canary, ...nodes, ...mutes, ...excluded].map(formatEndpoint));
    cast.onForgotten = (path: Path) => {
      for (const leg of path.legs) this.accounts.delete(leg.context);
    };
    // What is provisioned is not bound by amplification.
    for (const [index, dc] of cast.dcs.entries()) {
      const place = cast.places.dcs[index];
      if (place !== undefined) this.account(dc.context, place).isValid = true;
    }
  }

  /** A datagram is about to arrive at the RS-S. */
  arrives({ bytes, from, claim, validates }: Shot): void {
    const context = toHex(bytes.subarray(4, 20));
    if (claim !== 'sealed' || this.cast.hand(context) === undefined) return;
    const account = this.account(context, from);
    account.received += bytes.length;
    if (validates === true) account.isValid = true;
  }

  /** The RS-S sent a datagram that it did not forward. @throws Violation */
  sent(bytes: Uint8Array, to: Endpoint, heard: Heard): void {
    const shown = `${toHex(bytes.subarray(0, 28))}.. (${bytes.length} bytes) to ${formatEndpoint(to)}`;
    if (!this.known.has(formatEndpoint(to))) throw new Violation(`sent to a stranger: ${shown}`);
    if (heard.fault !== undefined) throw new Violation(`${heard.fault}: ${shown}`);
    if (heard.is === 'forgotten') return;
    const context = toHex(bytes.subarray(4, 20));
    if (heard.is === 'relayed') return this.relayed(context, to);
    if (bytes.length > LARGEST) throw new Violation(`over ${LARGEST} bytes: ${shown}`);
    const account = this.account(context, to);
    if ((heard.type === 0x0b || heard.type === 0x0d) && this.isExcluded(to))
      throw new Violation(`to what is no far end: ${shown}`);
    if (account.isValid) return;
    if (heard.type === 0x0b) {
      const key = toHex(bytes.subarray(28, 60));
      if (account.lastOpening !== key) account.openings++;
      account.lastOpening = key;
      return;
    }
    account.sent += bytes.length;
    if (account.sent > AMPLIFICATION * account.received + CONFIRMING * account.openings) {
      throw new Violation(
        `${account.sent} bytes to an address that is not valid, ${account.received} from it: ${shown}`,
      );
    }
  }

  /** A datagram of a path goes to a node of that path that was found at that address, and nowhere else. @throws Violation */
  relayed(context: string, to: Endpoint, from?: Endpoint): void {
    if (this.cast.isForgotten(context)) return;
    const path = this.cast.pathOf(context);
    if (path === undefined) throw new Violation('relayed for a path that is none');
    const where = formatEndpoint(to);
    const isFound = path.legs.some((leg) => this.accounts.get(leg.context)?.get(where)?.isValid === true);
    if (!isFound) throw new Violation(`relayed to ${where}, which no leg's probe has found`);
    if (from !== undefined && formatEndpoint(from) === where) throw new Violation(`relayed back to ${where}`);
  }

  private isExcluded(to: Endpoint): boolean {
    const text = formatEndpoint(to);
    return this.cast.places.excluded.some((place) => formatEndpoint(place) === text);
  }

  private account(context: string, endpoint: Endpoint): Account {
    let channel = this.accounts.get(context);
    if (channel === undefined) {
      channel = new Map();
      this.accounts.set(context, channel);
    }
    const key = formatEndpoint(endpoint);
    let account = channel.get(key);
    if (account === undefined) {
      account = { received: 0, sent: 0, openings: 0, lastOpening: '', isValid: false };
      channel.set(key, account);
    }
    return account;
  }
}

/** Counters only rise, and tables stay within their bounds. @throws Violation */
export function compareCounters(before: Counters, after: Counters): void {
  for (const [name, value] of Object.entries(after)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new Violation(`${name} is ${value}`);
    const bound = after[name.replace(/\.size$/, '.bound')];
    if (name.endsWith('.size')) {
      if (bound === undefined || value > bound)
        throw new Violation(`${name} is ${value}, its bound ${bound}`);
    } else if (value < (before[name] ?? 0)) {
      throw new Violation(`${name} fell from ${before[name]} to ${value}`);
    }
  }
}
