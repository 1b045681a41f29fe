/** A whole run in virtual time: the suite against an implementation behind its adapter, one network. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Implementation } from '../../adapters/kit/implementation.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import type { ReferenceOptions } from '../../adapters/reference.ts';
import { referenceAdapter } from '../../adapters/reference.ts';
import type { Case } from '../../conformance/case.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { specFiles } from '../../conformance/cli/own-files.ts';
import { goldenVectors } from '../../conformance/cli/vectors.ts';
import { seededRandom } from '../../conformance/random.ts';
import type { Report } from '../../conformance/report.ts';
import type { Environment } from '../../conformance/runner/environment.ts';
import type { RunOptions } from '../../conformance/runner/options.ts';
import { runSuite } from '../../conformance/runner/run.ts';
import type { Clause } from '../../conformance/spec-clauses.ts';
import { catalogue } from '../../conformance/spec-clauses.ts';
import { specTables } from '../../conformance/spec-tables.ts';
import { adapterTarget } from '../../conformance/target/adapter-target.ts';
import { twin } from '../../conformance/twin/index.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { parseEndpoint, parseIp } from '../../reference/address.ts';
import { MemoryNet } from '../../reference/net/memory/memory.ts';
import type { Net } from '../../reference/net/net.ts';

export function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new Error(`not an endpoint: ${text}`);
  return parsed;
}

export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

export const SOURCES: readonly Ip[] = ['127.0.0.1', '127.0.0.2', '::1'].map(ip);
export const ADAPTER = endpoint('127.0.0.1:4400');

export function memoryNet(seed = 'bench'): MemoryNet {
  return new MemoryNet({ seed, afterPromises: setImmediate });
}

/** The clauses of the specification as it stands. */
export async function specClauses(): Promise<Clause[]> {
  const folder = fileURLToPath(new URL('../../conformance/spec', import.meta.url));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  const files = await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
  );
  return catalogue(files);
}

/** One case of each kind and more, all of which take little time; what the framework is tested with. */
export const FEW_CASES: readonly Case[] = ALL_CASES.filter(({ id }) =>
  [
    'rs-s.header.magic',
    'rs-s.opening.association',
    'rs-s.sealed.replay',
    'rs-s.run.emitted',
    'rs-s.run.nonces',
    'rs-s.body.malformed',
    'rs-s.forward.unchanged',
    'rs-s.forward.source',
    'rs-s.model',
  ].includes(id),
);

export const OPTIONS: RunOptions = {
  cases: FEW_CASES,
  clauses: [],
  seed: 'test',
  depth: 'default',
  profile: 'open',
  strict: false,
  slow: false,
  jobs: 32,
  timeout: 2000,
  bail: false,
  versions: { suite: '0.1.0', spec: '0.1', vectors: '0', contract: '1.0' },
  runtime: { name: 'test', version: '0', platform: 'none' },
  startedAt: '2000-01-01T00:00:00Z',
};

export const ENVIRONMENT: Omit<Environment, 'net' | 'target'> = {
  sources: SOURCES,
  has: new Set(['ipv6', 'two-sources', 'inbound']),
  network: '',
  runNonce: '',
  twin,
  twinEveryRow: true,
  vectors: goldenVectors(),
  tables: specTables(specFiles()),
};

export interface BenchOptions {
  readonly net?: MemoryNet;
  readonly run?: Partial<RunOptions>;
  readonly environment?: Partial<Environment>;
  /** Where the adapter listens. */
  readonly adapter?: Endpoint;
  /** What is behind the adapter: the reference with something changed. */
  readonly reference?: Partial<ReferenceOptions>;
  /** The network by which the adapter is told what to do, if it is another one. */
  readonly control?: Net;
  /** What stands in its place. */
  readonly instead?: (reference: Implementation) => Implementation;
}

/** Runs the suite in virtual time. */
export async function runInMemory(options: BenchOptions = {}): Promise<Report> {
  const net = options.net ?? memoryNet();
  return await net.run(runAgainst(net, options));
}

/** Some time of day. */
const EPOCH = 1_800_000_000_000;

/** Starts an adapter on a network, runs the suite against it and ends it. */
export async function runAgainst(net: Net, options: BenchOptions): Promise<Report> {
  const random = seededRandom('target');
  // The time of day goes as fast as the network's.
  const wallClock = () => EPOCH + net.now();
  const reference = referenceAdapter({ net, random, wallClock, ...options.reference });
  const adapter = await serveAdapter({
    net,
    listen: options.adapter ?? ADAPTER,
    implementation: options.instead?.(reference) ?? reference,
  });
  try {
    const target = await adapterTarget({
      net: options.control ?? net,
      adapter: adapter.local,
      local: endpoint('127.0.0.1:0'),
      random: seededRandom('tester'),
      name: 'embedded',
      sources: SOURCES,
      listen: [ip('127.0.0.1'), ip('::1')],
    });
    const environment = { ...ENVIRONMENT, net, target, ...options.environment };
    return await runSuite(environment, { ...OPTIONS, ...options.run });
  } finally {
    await adapter.close();
  }
}
