/** Roles that can be tested without an adapter, and what each is configured with. */
import type { ProvisionedRelay, ProvisionOptions } from '../identities.ts';
import { provision } from '../identities.ts';
import type { DcPoolOptions, ProvisionedDc } from './dc-pool.ts';
import { provisionDc } from './dc-pool.ts';
import type { ProvisionedEnd } from './end-pool.ts';
import { provisionEnd } from './end-pool.ts';

/** What a target without an adapter was configured with. */
export type Provisioned = ProvisionedRelay | ProvisionedEnd | ProvisionedDc;

/** Who has to be asked from inside to do something cannot be tested so. */
export const PROVISIONED = ['rs-s', 'rs-n', 'rs-t', 'dc'] as const;

/** @param options `relay` is for relays alone, `dns` for a DC. */
export function provisionRole(
  role: (typeof PROVISIONED)[number],
  options: ProvisionOptions & Pick<DcPoolOptions, 'dns'>,
): Provisioned {
  switch (role) {
    case 'dc':
      return provisionDc(options);
    case 'rs-s':
      return provision(role, options);
    default:
      return provisionEnd(role, options);
  }
}
