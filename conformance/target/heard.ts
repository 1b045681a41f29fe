/** What came from where, whoever it came for: where nothing can be judged, that tells why. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Net } from '../../reference/net/net.ts';
import { Refusal } from '../../reference/refusal.ts';
import { readHeader } from '../../reference/wire/header.ts';
import { MessageType } from '../../reference/wire/registry.ts';

/** Bytes of a datagram that are shown. */
const SHOWN = 4;

export interface HeardFrom {
  readonly count: number;
  /** The first bytes of the first one. */
  readonly begin: Uint8Array;
  /** Whether a message 2 was among them, or what comes on an open channel only: then it has the right secret. */
  readonly isOpen: boolean;
}

const NOTHING: HeardFrom = { count: 0, begin: new Uint8Array(0), isOpen: false };

export class Heard {
  readonly #from = new Map<string, HeardFrom>();

  /** The network as it is, but remembered. */
  around(net: Net): Net {
    return {
      streams: net.streams,
      now: () => net.now(),
      schedule: (instant, callback) => net.schedule(instant, callback),
      bind: (local, onDatagram) =>
        net.bind(local, (bytes, from) => {
          this.#note(bytes, from);
          onDatagram(bytes, from);
        }),
    };
  }

  from(endpoint: Endpoint): HeardFrom {
    return this.#from.get(formatEndpoint(endpoint)) ?? NOTHING;
  }

  #note(bytes: Uint8Array, from: Endpoint): void {
    const key = formatEndpoint(from);
    const { count, begin, isOpen } = this.#from.get(key) ?? NOTHING;
    this.#from.set(key, {
      count: count + 1,
      begin: count === 0 ? bytes.slice(0, SHOWN) : begin,
      isOpen: isOpen || isOfOpen(bytes),
    });
  }
}

function isOfOpen(bytes: Uint8Array): boolean {
  const header = readHeader(bytes);
  return !(header instanceof Refusal) && header.type !== MessageType.openingRequest;
}
