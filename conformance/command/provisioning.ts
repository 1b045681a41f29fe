/** `provision`: what a person puts into a target that has no adapter. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import { describeConfigError, roleConfig } from '../../reference/config/schema.ts';
import type { ProvisionOptions } from '../identities.ts';
import { POOL } from '../identities.ts';
import { ROLES } from '../roles.ts';
import type { Provisioned } from '../target/provisioned.ts';
import { PROVISIONED, provisionRole } from '../target/provisioned.ts';
import { DEFAULT_DCS } from './addresses.ts';
import { Mistake } from './mistake.ts';
import { notAtTarget } from './reach.ts';
import { endpointList, oneOf, wholeNumber } from './values.ts';

export interface WrittenProvisionOptions {
  readonly role: string;
  readonly relay: string;
  readonly target?: readonly string[];
  readonly listen?: readonly string[];
  readonly advertise?: readonly string[];
  readonly dns?: readonly string[];
  readonly secretFile?: string;
  readonly out?: string;
}

/** Where the target listens if nothing is said. */
export const DEFAULT_TARGET = '127.0.0.1:4330';

/** @throws Mistake */
export function provisioned(
  options: WrittenProvisionOptions,
  testSecret: Uint8Array | undefined,
): Provisioned {
  const role = roleOf(options.role);
  const listen = endpointList('--target', options.target ?? [DEFAULT_TARGET]);
  const dcs = playedDcs(options, listen);
  if (options.dns !== undefined && role !== 'dc') throw new Mistake(`--dns is for --role dc.`);
  const dns = options.dns && endpointList('--dns', options.dns);
  const relay = wholeNumber('--relay', options.relay, 1, POOL.relays);
  const config = provisionRole(role, {
    ...{ relay, listen, dcs },
    ...(dns && { dns }),
    ...(testSecret && { testSecret }),
  });
  const read = roleConfig.safeParse(config);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, 'provision')}.`);
  checkApart(config, dcs);
  return config;
}

/** What answers DNS has a port of its own. @throws Mistake */
function checkApart(config: Provisioned, dcs: ProvisionOptions['dcs']): void {
  if (config.role !== 'dc') return;
  const taken = [...config.listen, ...dcs.flat().map(formatEndpoint)];
  const twice = config.dns?.listen?.find((endpoint) => taken.includes(endpoint));
  if (twice === undefined) return;
  throw new Mistake(
    `The DC cannot answer DNS at ${twice}, where it or a DC that is played takes something else: name another place with --dns.`,
  );
}

function roleOf(text: string): (typeof PROVISIONED)[number] {
  const other = ROLES.find((role) => role === text.toLowerCase());
  const found = PROVISIONED.find((possible) => possible === other);
  if (found !== undefined) return found;
  if (other === undefined) return oneOf('--role', text, PROVISIONED);
  throw new Mistake(
    `--role ${other}: without an adapter only ${PROVISIONED.slice(0, -1).join(', ')} and ${PROVISIONED.at(-1)} can be tested. ` +
      'How to write an adapter: adapters/README.md.',
  );
}

/** Where the target finds the two DCs that are played: `--advertise` if there is a NAT in between. */
function playedDcs(
  { listen, advertise }: WrittenProvisionOptions,
  target: readonly Endpoint[],
): ProvisionOptions['dcs'] {
  const option = advertise === undefined ? '--listen' : '--advertise';
  const given = endpointList(option, advertise ?? listen ?? []);
  const [first, second, more] = given.length === 0 ? DEFAULT_DCS : given;
  if (first === undefined || second === undefined || more !== undefined)
    throw new Mistake(`${option} takes two endpoints, for the two DCs that are played: HOST:PORT,HOST:PORT.`);
  const twice = [first, second].find((own) => target.some((endpoint) => sameEndpoint(own, endpoint)));
  if (twice !== undefined) throw notAtTarget(option, twice);
  return [[first], [second]];
}

/** JSON as it is to be put into the target's configuration. */
export function renderProvisioned(config: Provisioned): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
