import type { Endpoint, Ip } from '../address.ts';
import { family, formatEndpoint, sameEndpoint } from '../address.ts';
import type { Routing } from './types.ts';

/** DOS-02: bytes sent to an address that is not valid, for each byte received from it. */
const AMPLIFICATION = 3;
/** DOS-04: addresses that a budget is kept for. */
const BUDGETS = 16;
/** DOS-04: valid addresses of a path. */
const ROUTES = 8;

/**
 * The addresses of a channel's far end. An address is valid once an own probe sent to it was
 * answered from it; before that it gets three times the bytes that came from it. [RS-09, HO-03]
 */
export class Addresses {
  readonly routing: Routing | undefined;
  private readonly slot: (endpoint: Endpoint) => number;
  /** Valid addresses, the one in use last. */
  private valid: Endpoint[] = [];
  private provisional: Endpoint | undefined;
  /** The place of each slot's address in the order of nominations. */
  private readonly nominated = new Map<number, number>();
  private readonly budgets = new Map<string, { received: number; sent: number }>();

  constructor(addressing: 'one' | 'one-a-family' | Routing, familyOf: (ip: Ip) => 4 | 6 = family) {
    this.routing = typeof addressing === 'string' ? undefined : addressing;
    this.slot = slotsOf(addressing, familyOf);
  }

  /** Where messages go: the chosen or last confirmed valid address, else the source of the handshake. */
  inUse(): Endpoint | undefined {
    const chosen = this.valid.length > 0 ? this.routing?.choose(this.valid) : undefined;
    return chosen ?? this.valid.at(-1) ?? this.provisional;
  }

  /** All addresses to try, the one in use first. */
  all(): Endpoint[] {
    return this.valid.length > 0 ? [...this.valid].reverse() : this.provisional ? [this.provisional] : [];
  }

  /** The valid address in use in the slot that this endpoint would take. */
  validFor(endpoint: Endpoint): Endpoint | undefined {
    return this.valid.findLast((known) => this.slot(known) === this.slot(endpoint));
  }

  /** Whether an answer from there changes nothing: it is in use, on a path in its slot. */
  isCurrent(endpoint: Endpoint): boolean {
    const current = this.routing === undefined ? this.valid.at(-1) : this.validFor(endpoint);
    return current !== undefined && sameEndpoint(current, endpoint);
  }

  isValid(endpoint: Endpoint): boolean {
    return this.valid.some((known) => sameEndpoint(known, endpoint));
  }

  /** The source of message 2, or of the confirming message: used until an address is valid. */
  setProvisional(endpoint: Endpoint): void {
    this.provisional = endpoint;
  }

  /**
   * Makes an address valid and the one in use; the one that had its slot is forgotten, but on a path.
   * @param nominatedAs an address that was nominated earlier never replaces one nominated later. [KEY-32]
   * @returns whether it did; on a path also whether it is valid now, and was not before.
   */
  validate(endpoint: Endpoint, nominatedAs: number): boolean {
    const slot = this.slot(endpoint);
    const { routing } = this;
    const isLate = nominatedAs < (this.nominated.get(slot) ?? 0);
    if (isLate || (nominatedAs === 0 && routing !== undefined && this.validFor(endpoint) !== undefined))
      return routing !== undefined && this.admit(endpoint);
    this.nominated.set(slot, nominatedAs);
    this.valid = this.valid.filter((known) =>
      routing === undefined ? this.slot(known) !== slot : !sameEndpoint(known, endpoint),
    );
    this.valid.push(endpoint);
    if (this.valid.length > ROUTES) this.forgetOne();
    return true;
  }

  /** The one longest in place, but never the latest of a slot: the relay's stays. [KEY-34] */
  private forgetOne(): void {
    const oldest = this.valid.find((known) => this.validFor(known) !== known);
    this.valid = this.valid.filter((known) => known !== oldest);
  }

  /** One more address of a path, that is not the latest. [KEY-30, HO-14] */
  private admit(endpoint: Endpoint): boolean {
    if (this.isValid(endpoint) || this.valid.length >= ROUTES) return false;
    this.valid.unshift(endpoint);
    return true;
  }

  /** Notes bytes that came from an address in a datagram that verified. */
  received(endpoint: Endpoint, bytes: number): void {
    const key = formatEndpoint(endpoint);
    const budget = this.budgets.get(key) ?? { received: 0, sent: 0 };
    budget.received += bytes;
    this.budgets.delete(key);
    this.budgets.set(key, budget);
    for (const oldest of this.budgets.keys()) {
      if (this.budgets.size <= BUDGETS) break;
      this.budgets.delete(oldest);
    }
  }

  /** Whether that many bytes may go to an address, and notes them as sent if so. [DOS-02] */
  spend(endpoint: Endpoint, bytes: number): boolean {
    if (this.isValid(endpoint)) return true;
    const budget = this.budgets.get(formatEndpoint(endpoint));
    if (budget === undefined || budget.sent + bytes > AMPLIFICATION * budget.received) return false;
    budget.sent += bytes;
    return true;
  }
}

function slotsOf(
  addressing: 'one' | 'one-a-family' | Routing,
  familyOf: (ip: Ip) => 4 | 6,
): (endpoint: Endpoint) => number {
  if (typeof addressing !== 'string') return addressing.slotOf;
  return addressing === 'one' ? () => 0 : ({ ip }) => familyOf(ip);
}
