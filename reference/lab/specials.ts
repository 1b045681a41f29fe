/** Pairs that have a NAT in common, or a NAT with something special: the spec's table of special situations. */
import type { SiteOptions } from '../net/sim/internet.ts';
import type { NatOptions } from '../net/sim/nat.ts';
import type { Pair } from './measure.ts';
import type { Place, Places } from './places.ts';
import { NATS } from './places.ts';

const TURNS: NatOptions = { ...NATS.PR, hairpin: true };

/** Two in one network behind one NAT. */
function together(places: Places, options: SiteOptions): readonly [Place, Place] {
  const place = places.behind('shared', { ...places.home(), ...options });
  return [place, place];
}

/** Two homes behind the NAT of one carrier. */
function neighbours(places: Places, nat: NatOptions): readonly [Place, Place] {
  const carrier = places.carrier(nat);
  const home = (name: string): Place => places.behind(name, { ...places.home(), nat: NATS.PR }, [carrier]);
  return [home('one home'), home('other home')];
}

export const SPECIALS = {
  'same LAN': (places) => together(places, { nat: NATS.PR }),
  'same LAN, NAT hairpins': (places) => together(places, { nat: TURNS }),
  'same carrier NAT': (places) => neighbours(places, NATS.PR),
  'same carrier NAT, hairpins': (places) => neighbours(places, TURNS),
  'same NAT, isolated': (places) => together(places, { nat: NATS.PR, isIsolated: true }),
  'same NAT, isolated, hairpins': (places) => together(places, { nat: TURNS, isIsolated: true }),
  'SPI NAT': (places) => [
    places.behind('inspected', { ...places.home(), nat: NATS.PR, inspects: true }),
    places.make('PR'),
  ],
} as const satisfies Record<string, Pair>;

export type Special = keyof typeof SPECIALS;
