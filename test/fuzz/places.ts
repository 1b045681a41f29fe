import type { Endpoint } from '../../reference/address.ts';
import { ipFromBytes } from '../../reference/address.ts';
import { endpoint } from '../channel/pair.ts';
import type { Places } from './cast.ts';

/** Where the RS-S that is attacked in this process has its sockets. */
export const LISTEN: readonly Endpoint[] = ['192.0.2.100:4330', '[2001:db8::100]:4330'].map(endpoint);

/** Places of a network that is not there. */
export const PLACES: Places = {
  dcs: [endpoint('192.0.2.11:4411'), endpoint('[2001:db8::12]:4412')],
  canary: [endpoint('203.0.113.1:5000'), endpoint('[2001:db8::2]:5000')],
  nodes: [
    ...[1, 2, 3, 4, 5, 6].map((host) => endpoint(`198.51.100.${host}:6000`)),
    ...[1, 2, 3].map((host) => endpoint(`[2001:db8:6::${host}]:6000`)),
    // Behind one NAT with the canary.
    endpoint('203.0.113.1:6001'),
  ],
  mutes: [
    ...[1, 2, 3, 4].map((host) => endpoint(`100.64.0.${host}:7000`)),
    endpoint('[2001:db8:7::1]:7000'),
    endpoint('203.0.113.1:7001'),
  ],
  excluded: [
    ...LISTEN,
    ...['192.0.2.77:0', '127.0.0.1:4330', '0.0.0.0:1', '224.0.0.1:9', '255.255.255.255:9'].map(endpoint),
    ...['[::1]:9', '[::ffff:192.0.2.9]:9', '[fe80::1]:9', '[ff02::1]:9'].map(endpoint),
  ],
  stranger: (dice) => {
    const bytes = dice.chance(0.7)
      ? Uint8Array.from([10, 0, ...dice.bytes(2)])
      : dice.bytes(16).fill(0x20, 0, 1);
    const ip = ipFromBytes(bytes);
    if (ip === undefined) throw new Error('not an address');
    return { ip, port: dice.between(1, 65_535) };
  },
  forgesAll: true,
};
