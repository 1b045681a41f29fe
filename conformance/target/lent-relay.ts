/** A relay without an adapter, while a case has DCs of it. */
import type { Endpoint } from '../../reference/address.ts';
import { sameEndpoint } from '../../reference/address.ts';
import type { PlayedDc } from '../played/dc.ts';
import type { EndKind, PlayedEndDc } from '../played/end-dc.ts';
import { Unjudged } from '../verdict.ts';
import type { EndUnderTest } from './end-under-test.ts';
import { endpointOf, firstOf } from './rs.ts';
import type { RsUnderTest } from './under-test.ts';

export interface LentParts<Dc extends PlayedDc> {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly dcs: readonly Dc[];
  readonly giveBack: () => void;
}

function notWithout(level: number, what: string): Promise<never> {
  return Promise.reject(new Unjudged('not-exercised', 'adapter', `${what} an adapter of level ${level}`));
}

export class LentRelay<Dc extends PlayedDc = PlayedDc> implements RsUnderTest {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly dcs: readonly Dc[];
  readonly #giveBack: () => void;
  #released = false;

  constructor({ nodeId, endpoints, dcs, giveBack }: LentParts<Dc>) {
    this.nodeId = nodeId;
    this.endpoints = endpoints.filter((a, i) => !endpoints.slice(0, i).some((b) => sameEndpoint(a, b)));
    this.dcs = dcs;
    this.#giveBack = giveBack;
  }

  get dc(): Dc {
    return firstOf(this.dcs);
  }

  endpoint(version: 4 | 6 = 4): Endpoint {
    return endpointOf(this.endpoints, version);
  }

  counters(): Promise<never> {
    return notWithout(1, 'counters need');
  }

  restart(): Promise<never> {
    return notWithout(1, 'a restart needs');
  }

  forward(): Promise<never> {
    return notWithout(3, 'moving the clock needs');
  }

  release(): Promise<void> {
    if (!this.#released) this.#giveBack();
    this.#released = true;
    return Promise.resolve();
  }

  /** The DCs are played for the whole run. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class LentEnd extends LentRelay<PlayedEndDc> implements EndUnderTest {
  readonly kind: EndKind;

  constructor(parts: LentParts<PlayedEndDc>, kind: EndKind) {
    super(parts);
    this.kind = kind;
  }

  packet(): Promise<never> {
    return notWithout(2, 'its general side needs');
  }

  events(): Promise<never> {
    return notWithout(2, 'its general side needs');
  }
}
