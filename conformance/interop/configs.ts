/** Configurations for a whole NTMobile of parts that are started one after the other, each at ports of its own choice. */
import type { Fields } from '../../adapters/cbor.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Random } from '../../reference/core.ts';
import type { Part } from './masks.ts';

/** What is known of a part once it is started: where it is reached. */
export type Places = ReadonlyMap<Part, readonly string[]>;

export const NAMES = {
  mn: 'mn.ntmobile.one.example',
  cn: 'cn.ntmobile.two.example',
  ntma: 'service.ntmobile.two.example',
} as const;
/** A general host, and what relays have beside it; addresses for documentation, which the test profile makes global. */
export const GENERAL = { name: 'web.example.com', address: '192.0.2.80' } as const;
export const RELAY_ADDRESSES = { 'rs-n': '192.0.2.71', 'rs-t': '192.0.2.72' } as const;
export const LENT = '192.0.2.101';

const DOMAINS = {
  'dc-mn': { zone: 'ntmobile.one.example', pools: ['198.18.1.0/24', 'fd00:1::/64'] },
  'dc-cn': { zone: 'ntmobile.two.example', pools: ['198.18.2.0/24', 'fd00:2::/64'] },
} as const;
type Dc = keyof typeof DOMAINS;
const HOME = { mn: 'dc-mn', cn: 'dc-cn', ntma: 'dc-cn' } as const;
const KIND = { 'rs-s': 'S', 'rs-n': 'N', 'rs-t': 'T' } as const;
type Relay = keyof typeof KIND;

export interface ConfigOptions {
  readonly random: Random;
  readonly parts: readonly Part[];
  /** Prefixes that count as global, beside that of the general hosts. */
  readonly global: readonly string[];
}

/** Draws identities and secrets once, and writes the configuration of each part when its turn has come. */
export class Configs {
  readonly #options: ConfigOptions;
  readonly #ids = new Map<Part, string>();
  readonly #trust = new Map<string, { readonly id: string; readonly secret: string }>();

  constructor(options: ConfigOptions) {
    this.#options = options;
    for (const part of options.parts) this.#ids.set(part, toHex(options.random(16)));
  }

  /** @param listen where it is to listen @param places of those that are started already */
  of(part: Part, listen: readonly string[], places: Places, own: Fields = {}): Fields {
    const shared = {
      nodeId: this.#id(part),
      listen: [...listen],
      limits: {},
      testProfile: { global: [...this.#options.global, '192.0.2.0/24'], private: [] },
    };
    switch (part) {
      case 'dc-mn':
      case 'dc-cn':
        return { role: 'dc', ...shared, ...this.#dc(part, places), ...own };
      case 'rs-s':
      case 'rs-n':
      case 'rs-t':
        return { role: part, ...shared, ...this.#relay(part, places), ...own };
      case 'mn':
      case 'cn':
      case 'ntma': {
        const home = HOME[part];
        const association = this.#toDc(part, home, places);
        return { role: part === 'ntma' ? 'ntma' : 'node', ...shared, name: NAMES[part], association, ...own };
      }
    }
  }

  #dc(self: Dc, places: Places): Fields {
    const { zone, pools } = DOMAINS[self];
    const other = self === 'dc-mn' ? 'dc-cn' : 'dc-mn';
    const { parts } = this.#options;
    const nodes = (['mn', 'cn', 'ntma'] as const).filter(
      (part) => parts.includes(part) && HOME[part] === self,
    );
    const relays = (['rs-s', 'rs-n', 'rs-t'] as const).filter((part) => parts.includes(part));
    return {
      zones: [zone],
      pools: [...pools],
      associations: [
        ...nodes.map((node) => ({ ...this.#between(self, node), peerRole: 'node', name: NAMES[node] })),
        ...relays.map((relay) => ({
          ...this.#between(self, relay),
          peerRole: 'rs',
          kinds: [KIND[relay]],
          ...(relay === 'rs-t' && { pool: [LENT] }),
        })),
        ...(parts.includes(other)
          ? [
              {
                ...this.#between(self, other),
                peerRole: 'dc',
                endpoints: [...(places.get(other) ?? [])],
                zones: [DOMAINS[other].zone],
                prefixes: [...DOMAINS[other].pools],
              },
            ]
          : []),
      ],
    };
  }

  #relay(self: Relay, places: Places): Fields {
    const dcs = (['dc-mn', 'dc-cn'] as const).filter((dc) => this.#options.parts.includes(dc));
    return {
      associations: dcs.map((dc) => this.#toDc(self, dc, places)),
      ...(self !== 'rs-s' && { general: { addresses: [RELAY_ADDRESSES[self]] } }),
    };
  }

  #toDc(self: Part, dc: Dc, places: Places): Fields {
    return { ...this.#between(self, dc), peerRole: 'dc', endpoints: [...(places.get(dc) ?? [])] };
  }

  /** The association as `self` has it. */
  #between(self: Part, other: Part): { readonly id: string; readonly secret: string; readonly peer: string } {
    const key = [self, other].sort().join(' ');
    const { random } = this.#options;
    const known = this.#trust.get(key) ?? { id: toHex(random(16)), secret: toHex(random(32)) };
    this.#trust.set(key, known);
    return { ...known, peer: this.#id(other) };
  }

  #id(part: Part): string {
    const id = this.#ids.get(part);
    if (id === undefined) throw new Error(`${part} is not there`);
    return id;
  }
}
