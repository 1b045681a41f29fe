/** Registration Requests as a played DC sees them. */
import { toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import { bytesField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';

/** Of a relay, or of a node. */
export function isRegistration({ type, keys }: Received): boolean {
  const isRequest = type === MessageType.relayRegistrationRequest || type === MessageType.registrationRequest;
  return isRequest && keys !== undefined;
}

/** After a failure: seconds, by the names of the role that is judged. [RS-18, NODE-18] */
export function retryTimers({ role }: World, min: number, max: number): Readonly<Record<string, number>> {
  // A DC opens when it has something to send, and only then.
  if (role === 'dc') return {};
  const name = role === 'node' || role === 'ntma' ? 'registration-retry' : 'register-retry';
  return { [`${name}-min`]: min, [`${name}-max`]: max };
}

/** Its transaction; empty if it has none. */
export function transactionOf(mail: Received): Uint8Array {
  return bytesField(mail.body, 'transaction') ?? new Uint8Array(0);
}

/** Takes requests one after the other; repeats of one that was taken are passed over. */
export class Registrations {
  readonly #world: World;
  readonly #peer: Peer;
  readonly #seen = new Set<string>();

  constructor(world: World, peer: Peer) {
    this.#world = world;
    this.#peer = peer;
  }

  /** The next one, judged to come in time. */
  async next(requirement: string, timeout?: number): Promise<Received> {
    const isNew = (mail: Received) => isRegistration(mail) && !this.#seen.has(toHex(transactionOf(mail)));
    const mail = await this.#peer.take(isNew, timeout);
    const came = this.#world.came(mail, 'a Registration Request', requirement);
    this.#seen.add(toHex(transactionOf(came)));
    return came;
  }

  /** The next one, judged to come so many milliseconds after an instant, ±10 %. */
  async nextAfter(since: number, ms: number, requirement: string): Promise<Received> {
    // Where answers are lost requests are repeated, and times say nothing.
    if (this.#world.impaired) return await this.next(requirement, LOST);
    const latest = 1.1 * ms + LATE;
    const came = await this.next(requirement, since + latest - this.#world.net.now());
    const after = came.at - since;
    const what = `a Registration Request after ${ms} ms, 10 % less or more`;
    // A late clock of the tester's cannot make anything too early.
    this.#world.timely(after >= 0.9 * ms - EARLY, what, `one after ${Math.round(after)} ms`, requirement);
    return came;
  }
}

/** Longer than a request and the interval after it take when tries of it are lost. */
const LOST = 10_000;
/** GEN-38, and as much again for the way and the host. */
const LATE = 300;
/** The two ends begin to count when one sends and the other receives. */
const EARLY = 20;
