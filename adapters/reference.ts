/**
 * The adapter of the reference: its roles and its codec, at levels 1 to 3. `ntmobile adapter` runs it.
 *
 * A saboteur is this adapter with a `wrap` of its own around what a role's constructor gave, or with
 * codec calls of its own; the reference has no switch for it.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { parseEndpoint } from '../reference/address.ts';
import type { RoleConfig } from '../reference/config/schema.ts';
import { describeConfigError, roleConfig } from '../reference/config/schema.ts';
import type { Random } from '../reference/core.ts';
import type { Datapath } from '../reference/drivers/kernel/datapath.ts';
import { hotTable, isInKernel } from '../reference/drivers/kernel/datapath.ts';
import { systemRandom } from '../reference/drivers/random.ts';
import { socketsFor } from '../reference/drivers/sockets.ts';
import type { Net } from '../reference/net/net.ts';
import { udpNet } from '../reference/net/udp/udp.ts';
import { createDc } from '../reference/roles/dc/core.ts';
import { createNode } from '../reference/roles/node/core.ts';
import { createNtma } from '../reference/roles/ntma/core.ts';
import { createRsN } from '../reference/roles/rs-n/core.ts';
import { createRsS, ratesOf } from '../reference/roles/rs-s/core.ts';
import { createRsT } from '../reference/roles/rs-t/core.ts';
import type { Codec, Implementation, StartRequest } from './kit/implementation.ts';
import type { Adapter } from './kit/serve.ts';
import { serveAdapter } from './kit/serve.ts';
import { REFERENCE_CODEC } from './reference/codec.ts';
import type { Created } from './reference/created.ts';
import { startInstance } from './reference/instance.ts';
import { Stores } from './reference/stores.ts';

export interface ReferenceOptions {
  readonly net: Net;
  /** The system's source if not given. */
  readonly random?: Random;
  /** Milliseconds since 1970; the system's clock if not given. */
  readonly wallClock?: () => number;
  /** Puts something between a role and the loop that runs it. */
  readonly wrap?: (created: Created, config: RoleConfig) => Created;
  readonly codec?: Codec;
  /** What an RS-S forwards with; in user space if not given. */
  readonly datapath?: Datapath | undefined;
  readonly name?: string;
}

type Roles = {
  readonly [Name in Exclude<RoleConfig['role'], 'rs-s'>]: (
    config: Extract<RoleConfig, { role: Name }>,
    random: Random,
  ) => Created;
};

const ROLES: Roles = {
  dc: createDc,
  node: createNode,
  'rs-n': createRsN,
  'rs-t': createRsT,
  ntma: createNtma,
};

const ROLE_NAMES = ['dc', 'node', 'rs-s', 'rs-n', 'rs-t', 'ntma', 'dns', 'codec'];

/** The reference as an implementation under test. */
export function referenceAdapter(options: ReferenceOptions): Implementation {
  const { net, random = systemRandom, wrap = (created) => created } = options;
  const stores = new Stores();
  return {
    name: options.name ?? 'ntmobile reference',
    version: packageVersion(),
    roles: ROLE_NAMES,
    claims: {
      features: [1, 2],
      suites: [1, 2],
      families: [4, 6],
      ecn: 'none',
      dscp: 'zero',
      kernel: options.datapath !== undefined && isInKernel(options.datapath),
      dnsUpdate: true,
    },
    ops: ['trigger', 'events', 'time'],
    codec: options.codec ?? REFERENCE_CODEC,
    start: async (request) => {
      const config = configOf(request);
      const created = wrap(create(config, random, options.datapath), config);
      const kept = stores.of(request.store);
      return await startInstance({
        net,
        created,
        config,
        kept,
        emit: request.emit,
        wallClock: options.wallClock ?? Date.now,
      });
    },
    forget: (store) => stores.forget(store),
  };
}

export interface MainOptions {
  /** `127.0.0.1:4400` */
  readonly listen: string;
  /** The token is what this file holds, less the white space at its ends; needed beyond loopback. */
  readonly tokenFile?: string | undefined;
  readonly net?: Net | undefined;
  readonly datapath?: Datapath | undefined;
}

/**
 * Starts the reference's adapter.
 * @throws Error with a line for the user if `listen` or the token is no good; NetError if it can't listen.
 */
export async function main({ listen, tokenFile, datapath, ...options }: MainOptions): Promise<Adapter> {
  const net = options.net ?? udpNet(socketsFor(datapath ?? 'user', 'auto', tell));
  const endpoint = parseEndpoint(listen);
  if (endpoint === undefined) throw new Error(`--listen is ${listen}: write it like 127.0.0.1:4400`);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  return serveAdapter({ net, listen: endpoint, token, implementation: referenceAdapter({ net, datapath }) });
}

function tell(line: string): void {
  process.stderr.write(`rs-s: ${line}\n`);
}

function create(config: RoleConfig, random: Random, datapath: Datapath = 'user'): Created {
  if (config.role === 'rs-s') {
    const { role, table } = createRsS(config, random);
    const kernel = { rates: ratesOf(config), capacity: config.capacity, tell };
    return { role, table: hotTable(table, datapath, kernel) };
  }
  const make = ROLES[config.role] as (config: RoleConfig, random: Random) => Created;
  return make(config, random);
}

function configOf({ role, config }: StartRequest): RoleConfig {
  const read = roleConfig.safeParse({ role, ...config });
  if (!read.success) throw new Error(describeConfigError(read.error, 'config'));
  if (read.data.role !== role) throw new Error(`config: role is ${read.data.role}, but ${role} is to start`);
  return read.data;
}

async function readToken(file: string): Promise<Uint8Array> {
  const token = (await readFile(file, 'utf8')).trim();
  if (token === '')
    throw new Error(`${file} is empty: write a token into it, "openssl rand -hex 32" makes one`);
  return new TextEncoder().encode(token);
}

/** The package's version; the file is beside this folder in the sources and in dist/. */
function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
