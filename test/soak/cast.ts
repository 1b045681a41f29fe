/** Who is where: the relay in one namespace, its DC and all nodes in another, on one link. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { fromHex, toHex } from '../../reference/bytes.ts';
import type { RsConfigInput } from '../../reference/config/schema.ts';

const at = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`${text} is no endpoint`);
  return endpoint;
};

export const RELAY = { 4: at('192.0.2.51:4330'), 6: at('[2001:db8::51]:4330') } as const;
export const DC = at('192.0.2.11:4330');

/** Where nodes are; the first of a family is where one begins, the other one where it moves to. */
export const PLACES = {
  mn4: at('192.0.2.21:5000'),
  mn4moved: at('192.0.2.21:5001'),
  mn6: at('[2001:db8::21]:5000'),
  mn6moved: at('[2001:db8::21]:5001'),
  cn4: at('192.0.2.22:5000'),
  cn6: at('[2001:db8::22]:5000'),
} as const;
export type Place = keyof typeof PLACES;

/** Addresses of the link's two ends, with the lengths of their networks. */
export const LINK = {
  rs: ['192.0.2.51/24', '2001:db8::51/64'],
  ends: [11, 21, 22].flatMap((host) => [`192.0.2.${host}/24`, `2001:db8::${host}/64`]),
} as const;

export const NODE_IDS = { rs: '05', dc: 'a1', mn: 'b1', cn: 'b2' } as const;
export const nodeId = (who: keyof typeof NODE_IDS): Uint8Array => fromHex(NODE_IDS[who].repeat(16));

export const ASSOCIATION = { id: 'c0'.repeat(16), secret: 'd0'.repeat(32) } as const;

/** Seconds that an idle path lives, and one that stays: real time passes beside, more of it on a busy machine. */
export const LIFETIME = 600;
export const STAYS = 1800;

/** The relay's configuration, with room for so many paths. */
export function relayConfig(capacity: number): RsConfigInput {
  return {
    role: 'rs-s',
    nodeId: NODE_IDS.rs.repeat(16),
    listen: [formatEndpoint(RELAY[4]), formatEndpoint(RELAY[6])],
    capacity,
    associations: [
      {
        ...ASSOCIATION,
        peer: NODE_IDS.dc.repeat(16),
        peerRole: 'dc',
        endpoints: [formatEndpoint(DC)],
      },
    ],
  };
}

export interface Ids {
  readonly pathId: Uint8Array;
  readonly legs: readonly [{ id: Uint8Array; secret: Uint8Array }, { id: Uint8Array; secret: Uint8Array }];
}

/** What a path and its legs are called; it depends on its number alone. */
export function idsOf(number: number): Ids {
  const bytes = (first: number, length: number): Uint8Array => {
    const made = new Uint8Array(length).fill(first);
    new DataView(made.buffer).setUint32(length - 4, number);
    return made;
  };
  const leg = (side: number) => ({ id: bytes(0x10 + side, 16), secret: bytes(0x20 + side, 32) });
  return { pathId: bytes(0x0a, 16), legs: [leg(1), leg(2)] };
}

/** Where the ends of a path are: both families and the mix of them have their share. */
export function placesOf(number: number): { readonly mn: Place; readonly moved: Place; readonly cn: Place } {
  const [mn, cn] = (
    [
      ['mn4', 'cn4'],
      ['mn6', 'cn6'],
      ['mn4', 'cn6'],
    ] as const
  )[number % 3] ?? ['mn4', 'cn4'];
  const same = mn === 'mn4' ? 'mn4moved' : 'mn6moved';
  const other = mn === 'mn4' ? 'mn6moved' : 'mn4moved';
  return { mn, moved: number % 5 === 0 ? other : same, cn };
}

export const nameOf = (id: Uint8Array): string => toHex(id);
