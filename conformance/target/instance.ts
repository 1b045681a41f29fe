/** One instance of a role behind an adapter, whatever the role. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint } from '../../reference/address.ts';
import { family, parseEndpoint } from '../../reference/address.ts';
import type { Counters } from '../../reference/core.ts';
import type { PlayedDc } from '../played/dc.ts';
import type { Stage } from '../played/stage.ts';
import type { RoleName } from '../roles.ts';
import { Unjudged } from '../verdict.ts';
import type { AdapterClient } from './adapter-client.ts';
import { endpointOf, firstOf, needsLevel } from './rs.ts';
import type { RsUnderTest } from './under-test.ts';

export interface InstanceParts<Dc extends PlayedDc> {
  readonly client: AdapterClient;
  readonly stage: Stage;
  readonly role: RoleName;
  readonly config: Fields;
  readonly nodeId: Uint8Array;
  readonly dcs: readonly Dc[];
  /** What instances that are started one after the other keep durably, by this name. */
  readonly store?: string;
}

export class AdapterInstance<Dc extends PlayedDc = PlayedDc> implements RsUnderTest {
  readonly nodeId: Uint8Array;
  readonly dcs: readonly Dc[];
  endpoints: readonly Endpoint[] = [];
  /** Where it answers DNS. */
  dnsEndpoints: readonly Endpoint[] = [];
  protected readonly client: AdapterClient;
  readonly #parts: InstanceParts<Dc>;
  #instance: number | undefined = undefined;

  constructor(parts: InstanceParts<Dc>) {
    this.#parts = parts;
    this.client = parts.client;
    this.nodeId = parts.nodeId;
    this.dcs = parts.dcs;
  }

  async start(): Promise<void> {
    const { role, config, stage, store } = this.#parts;
    const { instance, endpoints, dns } = await this.client.call('start', {
      role,
      config,
      case: stage.caseId,
      ...(store !== undefined && { store }),
    });
    this.#instance = instance;
    this.endpoints = endpoints.map(endpointFrom);
    this.dnsEndpoints = dns.map(endpointFrom);
    for (const { sockets } of this.dcs)
      for (const peer of sockets) peer.target = this.endpoint(family(peer.local.ip));
  }

  get dc(): Dc {
    return firstOf(this.dcs);
  }

  endpoint(version: 4 | 6 = 4): Endpoint {
    return endpointOf(this.endpoints, version);
  }

  counters(): Promise<Counters> {
    return this.client.counters(this.running());
  }

  async restart({ hard }: { readonly hard: boolean }): Promise<void> {
    await this.stop(hard);
    await this.start();
  }

  async forward(ms: number): Promise<void> {
    if (!this.client.has('time')) needsLevel(3, 'moving the clock');
    await this.client.call('time', { instance: this.running(), forward: ms });
  }

  async release(): Promise<void> {
    if (this.#instance !== undefined) await this.stop(true);
  }

  async close(): Promise<void> {
    for (const { sockets } of this.dcs) for (const peer of sockets) await peer.close();
  }

  /** Ends it; `hard` as by a crash. */
  async stop(hard: boolean): Promise<void> {
    const instance = this.running();
    this.#instance = undefined;
    await this.client.call('stop', { instance, hard });
  }

  /** Its number at the adapter. */
  protected running(): number {
    if (this.#instance === undefined) throw new Error('the instance is not running');
    return this.#instance;
  }
}

function endpointFrom(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint !== undefined) return endpoint;
  throw new Unjudged('inconclusive', 'adapter', `the adapter breaks the contract: ${text} is no endpoint`);
}
