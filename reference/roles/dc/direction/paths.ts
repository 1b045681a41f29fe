/** The paths that a DC directed, as far as later directions have to know of them. Bounded; the oldest goes. [DOS-04] */
import type { Endpoint, Ip } from '../../../address.ts';
import { sameEndpoint } from '../../../address.ts';
import { toHex } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import type { Prefix } from '../../../locator.ts';
import { isIn, parsePrefix } from '../../../locator.ts';
import { RelayKind } from '../../../wire/registry.ts';
import type { Dc, RelayPeer } from '../parts.ts';

export interface Known {
  /** FQDNs of both ends; of the node alone where the other one is an RS-N or RS-T. */
  readonly names: readonly [string, string] | readonly [string];
  /** The relay, where this DC directed it. */
  readonly relay: RelayPeer | undefined;
}

export class Paths {
  private readonly dc: Dc;
  private readonly bound: number;
  private readonly virtual: readonly Prefix[];
  private readonly known = new Map<string, Known>();
  /** Goes on where it was: from its start a map is slow to come to what is left, where much was taken out before. */
  private oldest = this.known.keys();

  constructor(dc: Dc) {
    this.dc = dc;
    this.bound = dc.config.limits.paths;
    const foreign = dc.config.associations.flatMap((one) => (one.peerRole === 'dc' ? one.prefixes : []));
    this.virtual = [...dc.config.pools, ...foreign].flatMap((text) => parsePrefix(text) ?? []);
  }

  note(pathId: Uint8Array, path: Known): void {
    this.known.set(toHex(pathId), path);
    while (this.known.size > this.bound) {
      const { value, done } = this.oldest.next();
      if (done === true) this.oldest = this.known.keys();
      else this.known.delete(value);
    }
  }

  has(pathId: Uint8Array): boolean {
    return this.known.has(toHex(pathId));
  }

  /**
   * Whether a request may name the path that it replaces; one that is not known may be named. [DC-32, DC-38]
   * @param ends FQDNs, as of a path that is known
   */
  mayReplace(pathId: Uint8Array, ends: readonly string[]): boolean {
    const names: readonly string[] | undefined = this.known.get(toHex(pathId))?.names;
    return names === undefined || (names.length === ends.length && ends.every((end) => names.includes(end)));
  }

  relayOf(pathId: Uint8Array): RelayPeer | undefined {
    return this.known.get(toHex(pathId))?.relay;
  }

  /** Whether an address is of a virtual prefix that this DC knows. [DC-35] */
  isVirtual(ip: Ip): boolean {
    return this.virtual.some((prefix) => isIn(ip, prefix));
  }

  /** Whether an endpoint is one of a relay. [DC-35] */
  isRelay(endpoint: Endpoint, now: Instant): boolean {
    return Object.values(RelayKind).some((kind) =>
      this.dc
        .relays(kind, [], now)
        .some(({ endpoints }) => endpoints.some((one) => sameEndpoint(one, endpoint))),
    );
  }
}
