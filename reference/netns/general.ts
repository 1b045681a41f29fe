/** General peers: a DC with an RS-N and an RS-T, which have virtual interfaces, and hosts that run nothing of NTMobile. */
import type { NodeConfigInput } from '../config/node.ts';
import { DC, hostAddresses, nodeConfigOf, POOL, RS_T, rsNConfigOf } from '../lab/general/configs.ts';
import { NAME_SERVER, STUB } from '../lab/netns/configs.ts';
import { INTERNET } from '../lab/netns/segments.ts';
import { FORWARDS } from '../lab/netns/steps.ts';
import type { Names } from '../lab/netns/zone.ts';
import type { Cast } from './cast.ts';

const READY = 90_000;

/** What leads to a relay beside its own addresses: those of its general side. */
const TUNNEL_SIDES = 2;

/** Starts DNS, the DC, and the relays of these names. */
export async function startGeneral(
  cast: Cast,
  names: Names,
  relays: readonly ('rsn1' | 'rst')[],
): Promise<void> {
  const { ground } = cast;
  await cast.dns(names);
  await ground.host('dc', hostAddresses('dc'));
  const dc = await cast.role('dc', 'dc', { ...DC, resolver: `${NAME_SERVER[0]}:53` });
  await dc.found(/ready on/, READY);
  for (const relay of relays) {
    const [own, beside] = [
      hostAddresses(relay).slice(0, TUNNEL_SIDES),
      hostAddresses(relay).slice(TUNNEL_SIDES),
    ];
    await ground.host(relay, own, FORWARDS);
    const routes = beside.map((address) => {
      const via = own.find((some) => some.includes(':') === address.includes(':'));
      return `route add ${address} via ${via}`;
    });
    await ground.ip(INTERNET.at, ...routes);
    const config = relay === 'rst' ? RS_T : rsNConfigOf(relay);
    const program = await cast.role(relay, config.role, config, '--tun', 'general');
    await program.found(/ready on/, READY);
  }
}

/** Alice's configuration, with what she does about general peers. */
export function aliceConfig(general: NonNullable<NodeConfigInput['general']>): NodeConfigInput {
  return {
    ...nodeConfigOf('alice', ['0.0.0.0:4330', '[::]:4330'], general),
    dns: { listen: [`${STUB}:53`] },
    resolver: `${NAME_SERVER[0]}:53`,
  };
}

/** IPv4 addresses that the RS-T lends. */
export const LENT = POOL.filter((address) => !address.includes(':'));
