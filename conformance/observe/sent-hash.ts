/**
 * What a case sent, as one hash that does not depend on the target: of each datagram who sent it, its
 * meaning before sealing and the intent. Identifiers and keys that were drawn fresh count by their
 * order of appearance, endpoints not at all, and what played peers did on their own is left out.
 */
import { createHash } from 'node:crypto';
import { toHex } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { Key } from '../../reference/wire/registry.ts';
import { isBody } from '../fields.ts';
import { describeIntent } from '../intent.ts';
import type { Sent } from './transcript.ts';

/** Keys whose values name places of this run. */
const PLACES: ReadonlySet<CborValue> = new Set<number>([
  Key.localEndpoints,
  Key.observedEndpoint,
  Key.candidates,
  Key.endpoints,
  Key.observedEndpoints,
  Key.dcEndpoints,
]);

export class SentHash {
  /** By peer: what each sends is in order, what two send at once is not. */
  readonly #peers = new Map<string, ReturnType<typeof createHash>>();
  readonly #freshName: (hex: string) => string | undefined;

  constructor(freshName: (hex: string) => string | undefined) {
    this.#freshName = freshName;
  }

  add(sent: Sent): void {
    if (sent.auto) return;
    let hash = this.#peers.get(sent.peer);
    if (hash === undefined) {
      hash = createHash('sha256');
      this.#peers.set(sent.peer, hash);
    }
    hash.update(`${JSON.stringify(this.#canonical(sent))}\n`);
  }

  /** The hash so far, as hex. */
  digest(): string {
    const total = createHash('sha256');
    for (const [peer, hash] of [...this.#peers].sort(([a], [b]) => (a < b ? -1 : 1))) {
      total.update(`${peer} ${hash.copy().digest('hex')}\n`);
    }
    return total.digest('hex');
  }

  #canonical(sent: Sent): unknown {
    const { channel, content, bytes, intent } = sent;
    const head = [channel?.kind ?? null, bytes[1] ?? null, bytes.length, describeIntent(intent)];
    if (content === undefined) return channel === undefined ? [...head, toHex(bytes)] : head;
    return [...head, content instanceof Uint8Array ? this.#bytes(content) : this.#value(content)];
  }

  #value(value: CborValue): unknown {
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (isBody(value)) {
      return Array.from(value, ([key, item]) => [
        this.#value(key),
        PLACES.has(key) ? 'place' : this.#value(item),
      ]);
    }
    if (Array.isArray(value)) return value.map((item) => this.#value(item));
    return typeof value === 'bigint' ? `${value}` : value;
  }

  #bytes(bytes: Uint8Array): string {
    const hex = toHex(bytes);
    return this.#freshName(hex) ?? hex;
  }
}
