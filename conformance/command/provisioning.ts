/** `provision`: what a person puts into a target that has no adapter. */
import { describeConfigError, rsConfig } from '../../reference/config/schema.ts';
import type { ProvisionedRelay, ProvisionOptions } from '../identities.ts';
import { POOL, provision } from '../identities.ts';
import { DEFAULT_DCS } from './addresses.ts';
import { Mistake } from './mistake.ts';
import { endpointList, oneOf, wholeNumber } from './values.ts';

export interface WrittenProvisionOptions {
  readonly role: string;
  readonly relay: string;
  readonly target?: readonly string[];
  readonly listen?: readonly string[];
  readonly advertise?: readonly string[];
  readonly secretFile?: string;
  readonly out?: string;
}

/** Where the target listens if nothing is said. */
export const DEFAULT_TARGET = '127.0.0.1:4330';

/** Roles that can be tested without an adapter in this version. */
const PROVISIONED = ['rs-s'] as const;

/** @throws Mistake */
export function provisioned(
  options: WrittenProvisionOptions,
  testSecret: Uint8Array | undefined,
): ProvisionedRelay {
  const role = oneOf('--role', options.role, PROVISIONED);
  const relay = wholeNumber('--relay', options.relay, 1, POOL.relays);
  const listen = endpointList('--target', options.target ?? [DEFAULT_TARGET]);
  const dcs = playedDcs(options);
  const config = provision(role, { relay, listen, dcs, ...(testSecret && { testSecret }) });
  const read = rsConfig.safeParse(config);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, 'provision')}.`);
  return config;
}

/** Where the target finds DC 1 and DC 2: `--advertise` if there is a NAT in between. */
function playedDcs({ listen, advertise }: WrittenProvisionOptions): ProvisionOptions['dcs'] {
  const option = advertise === undefined ? '--listen' : '--advertise';
  const given = endpointList(option, advertise ?? listen ?? []);
  const [first, second, more] = given.length === 0 ? DEFAULT_DCS : given;
  if (first === undefined || second === undefined || more !== undefined)
    throw new Mistake(`${option} takes two endpoints, for DC 1 and DC 2: HOST:PORT,HOST:PORT.`);
  return [[first], [second]];
}

/** JSON as it is to be put into the target's configuration. */
export function renderProvisioned(config: ProvisionedRelay): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
