/**
 * What a case sent, as one hash that does not depend on the target: of each datagram who sent it, its
 * meaning before sealing and the intent. Identifiers and keys that were drawn fresh count by their
 * order of appearance, endpoints not at all; what played peers did on their own, and what went on until
 * a clock said so, is left out.
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
  readonly #peers = new Map<string, PeerHash>();
  readonly #isFresh: (hex: string) => boolean;

  /** @param isFresh whether bytes were drawn as an identifier */
  constructor(isFresh: (hex: string) => boolean) {
    this.#isFresh = isFresh;
  }

  add(sent: Sent): void {
    if (sent.auto) return;
    const peer = this.#peers.get(sent.peer) ?? {
      hash: createHash('sha256'),
      names: new Map<string, string>(),
    };
    this.#peers.set(sent.peer, peer);
    peer.hash.update(`${JSON.stringify(this.#canonical(sent, peer.names))}\n`);
  }

  /** The hash so far, as hex. */
  digest(): string {
    const total = createHash('sha256');
    for (const [peer, { hash }] of [...this.#peers].sort(([a], [b]) => (a < b ? -1 : 1))) {
      total.update(`${peer} ${hash.copy().digest('hex')}\n`);
    }
    return total.digest('hex');
  }

  #canonical(sent: Sent, names: Names): unknown {
    const { channel, content, bytes, intent } = sent;
    const head = [channel?.kind ?? null, bytes[1] ?? null, bytes.length, describeIntent(intent)];
    if (content === undefined) return channel === undefined ? [...head, toHex(bytes)] : head;
    return [...head, this.#value(content, names)];
  }

  #value(value: CborValue, names: Names): unknown {
    if (value instanceof Uint8Array) return this.#bytes(value, names);
    if (isBody(value)) {
      return Array.from(value, ([key, item]) => [
        this.#value(key, names),
        PLACES.has(key) ? 'place' : this.#value(item, names),
      ]);
    }
    if (Array.isArray(value)) return value.map((item) => this.#value(item, names));
    return typeof value === 'bigint' ? `${value}` : value;
  }

  #bytes(bytes: Uint8Array, names: Names): string {
    const hex = toHex(bytes);
    if (!this.#isFresh(hex)) return hex;
    const name = names.get(hex) ?? `fresh ${names.size}`;
    names.set(hex, name);
    return name;
  }
}

/** What stands for identifiers, by their hex. */
type Names = Map<string, string>;

interface PeerHash {
  readonly hash: ReturnType<typeof createHash>;
  readonly names: Names;
}
