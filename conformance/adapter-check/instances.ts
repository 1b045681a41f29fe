/** Instances of an RS-S as a check starts them. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Result } from '../../adapters/contract.ts';
import { RESULTS } from '../../adapters/contract.ts';
import type { Endpoint } from '../../reference/address.ts';
import { parseEndpoint } from '../../reference/address.ts';
import { isLoopback } from '../command/addresses.ts';
import { DEFAULT_TEST_SECRET, dcIdentity, provision } from '../identities.ts';
import { schemaFault } from '../schema-fault.ts';
import type { Bench } from './check.ts';
import type { RawTester } from './raw.ts';
import { Breach } from './raw.ts';

export const ROLE = 'rs-s';

/** Why nothing can be started for a check. */
export function startsNothing({ roles, ops }: Result<'hello'>): string | undefined {
  if (!ops.includes('start')) return 'there is no op start';
  return roles.includes(ROLE)
    ? undefined
    : `none of its roles (${roles.join(' ')}) is one that this version starts`;
}

/** A configuration of an RS-S, with its DC at an endpoint. */
export function configuration({ options }: Bench, dc: Endpoint): Fields {
  const { adapter } = options;
  const listen = isLoopback(adapter.ip) ? options.local.ip : adapter.ip;
  const { role, associations, ...rest } = provision(ROLE, {
    listen: [{ ip: listen, port: 0 }],
    dcs: [[dc], [dc]],
  });
  const lower = dcIdentity(DEFAULT_TEST_SECRET, 1);
  const own = associations.filter(({ peer }) => peer === Buffer.from(lower.nodeId).toString('hex'));
  return { role, ...rest, associations: own.map((association) => ({ ...association })) } as unknown as Fields;
}

export function startFields(bench: Bench, dc: Endpoint = { ...bench.options.local, port: 9 }): Fields {
  return { role: ROLE, config: configuration(bench, dc), case: 'check-adapter' };
}

export interface Started {
  readonly instance: number;
  readonly endpoints: readonly Endpoint[];
}

/** Starts one. @throws Breach */
export async function start(bench: Bench, tester: RawTester, dc?: Endpoint): Promise<Started> {
  return readStarted(await tester.done('start', startFields(bench, dc)));
}

/** @throws Breach if the result of a start is none. */
export function readStarted(result: Fields): Started {
  const read = RESULTS.start.safeParse(result);
  if (!read.success) throw new Breach(`the result of start: ${schemaFault(read.error, result, 'it')}`);
  const endpoints = read.data.endpoints.map((text) => {
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined || endpoint.port === 0)
      throw new Breach(`start gave ${text} as an endpoint: write it like 192.0.2.1:5000`);
    return endpoint;
  });
  if (endpoints.length === 0) throw new Breach('start gave no endpoints');
  return { instance: read.data.instance, endpoints };
}

/** All counters of an instance, page by page. @throws Breach */
export async function counters(tester: RawTester, instance: number): Promise<ReadonlyMap<string, number>> {
  const all = new Map<string, number>();
  for (let after: string | undefined; ; ) {
    const result = await tester.done('counters', { instance, ...(after !== undefined && { after }) });
    const page = RESULTS.counters.safeParse(result);
    if (!page.success) throw new Breach(`the result of counters: ${schemaFault(page.error, result, 'it')}`);
    for (const [name, value] of Object.entries(page.data.counters)) all.set(name, value);
    const last = Object.keys(page.data.counters).sort().at(-1);
    if (!page.data.more) return all;
    if (last === undefined || last === after) throw new Breach('counters says more, but the page is empty');
    after = last;
  }
}
