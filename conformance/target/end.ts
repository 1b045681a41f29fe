/** An RS-N or RS-T behind an adapter. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Ip } from '../../reference/address.ts';
import { ipToBytes, parseIp } from '../../reference/address.ts';
import type { EndKind, PlayedEndDc } from '../played/end-dc.ts';
import { GENERAL_PEERS } from '../played/end-dc.ts';
import type { Habits } from '../played/habits.ts';
import type { EndTestOptions, EndUnderTest } from './end-under-test.ts';
import { GENERAL_SIDE } from './end-under-test.ts';
import type { InstanceParts } from './instance.ts';
import { AdapterWithPackets } from './with-packets.ts';

export class AdapterEnd extends AdapterWithPackets<PlayedEndDc> implements EndUnderTest {
  readonly kind: EndKind;

  constructor(parts: InstanceParts<PlayedEndDc>, kind: EndKind) {
    super(parts);
    this.kind = kind;
  }
}

/** What it is configured with beside what each relay is. */
export function endConfig(
  kind: EndKind,
  { suites, general = {} }: EndTestOptions,
  claimed: readonly number[],
) {
  const { mtu, allow, mappings, mappingsPerNode, inbound } = general;
  const fields: Fields = {
    role: kind,
    suites: [...(suites ?? claimed)],
    general: {
      addresses: Object.values(GENERAL_SIDE),
      allow: [...(allow ?? GENERAL_PEERS)],
      ...(mtu !== undefined && { mtu }),
      ...(kind === 'rs-n' && mappings !== undefined && { mappings }),
      ...(kind === 'rs-n' && mappingsPerNode !== undefined && { mappingsPerNode }),
      ...(kind === 'rs-t' && inbound !== undefined && { inbound }),
    },
  };
  return fields;
}

/** Of IPv4 and IPv6, so many that an answer with them is no fragment. */
const POOL = [100, 20] as const;

/** What its DCs do from the start: of an RS-T, say what it may lend. @param number of the DC, from 0 */
export function endHabits(kind: EndKind, { habits, pool }: EndTestOptions, number: number): Partial<Habits> {
  if (kind === 'rs-n') return { ...habits };
  return { pool: (pool ?? lendable(number)).map((text) => ipToBytes(parseIp(text) as Ip)), ...habits };
}

/** No address is in the pools of two. [DC-30] */
function lendable(number: number): string[] {
  const from = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, at) => `${prefix}${number * POOL[0] + at + 1}`);
  return [...from(POOL[0], '192.0.2.'), ...from(POOL[1], '2001:db8:31::')];
}
