/** What an RS-N or RS-T without an adapter is configured with: as a relay, and with the general side of every one under test. */
import type { ProvisionedRelay, ProvisionOptions } from '../identities.ts';
import { provision } from '../identities.ts';
import type { EndKind } from '../played/end-dc.ts';
import { GENERAL_PEERS } from '../played/end-dc.ts';
import { GENERAL_SIDE } from './end-under-test.ts';

/** The configuration of an RS-N or RS-T, as JSON. */
export type ProvisionedEnd = Omit<ProvisionedRelay, 'role'> & {
  readonly role: EndKind;
  readonly suites: readonly number[];
  readonly general: { readonly addresses: readonly string[]; readonly allow: readonly string[] };
};

/** What a target that nobody is asked about has: all have it. [KEY-45] */
export const END_SUITES: readonly number[] = [1];

/** What an RS-T lends its DCs say, which are played. [RST-09] */
export function provisionEnd(kind: EndKind, options: ProvisionOptions): ProvisionedEnd {
  return {
    ...provision('rs-s', options),
    role: kind,
    suites: END_SUITES,
    general: { addresses: Object.values(GENERAL_SIDE), allow: GENERAL_PEERS },
  };
}
