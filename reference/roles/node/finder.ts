import type { Endpoint } from '../../address.ts';
import { sameBytes } from '../../bytes.ts';
import type { Instant, Random } from '../../core.ts';
import { ntmQuery, readNtmAnswer } from '../../dns/lookup.ts';
import { zoneOf } from '../../dns/names.ts';

/** How many endpoints of a DC are tried. */
const MOST_ENDPOINTS = 8;

export interface FinderConfig {
  /** The node's own FQDN, and the marker in it. */
  readonly name: string;
  readonly marker: string;
  /** The DC's Node ID: no other record counts. */
  readonly peer: Uint8Array;
  /** Milliseconds between two questions, at least. */
  readonly pause: number;
}

/** Asks DNS where the DC is: by the NTM records at the apex of the own name's zone. [NODE-02, NODE-17] */
export class Finder {
  readonly zone: string;
  private readonly config: FinderConfig;
  private readonly random: Random;
  private query: Uint8Array | undefined;
  private askedAt: Instant = Number.NEGATIVE_INFINITY;
  private dueAt: Instant = Number.POSITIVE_INFINITY;

  constructor(config: FinderConfig, random: Random) {
    this.config = config;
    this.random = random;
    this.zone = zoneOf(config.name, config.marker) ?? config.name;
  }

  /** The DC has to be found, again if it was before. */
  want(now: Instant): void {
    if (this.query !== undefined) return;
    this.dueAt = Math.min(this.dueAt, Math.max(now, this.askedAt + this.config.pause));
  }

  /** The question to ask now. */
  takeDue(now: Instant): Uint8Array | undefined {
    if (now < this.dueAt) return undefined;
    this.dueAt = Number.POSITIVE_INFINITY;
    this.askedAt = now;
    const [high = 0, low = 0] = this.random(2);
    this.query = ntmQuery(this.zone, (high << 8) | low);
    return this.query;
  }

  /** What was answered: where the DC is, in order; nothing if it was not found, and then it is asked for again. */
  answered(response: Uint8Array | undefined, now: Instant): Endpoint[] {
    const { query } = this;
    this.query = undefined;
    if (query === undefined) return [];
    const answer = readNtmAnswer(response, query);
    const records = answer.kind === 'records' ? answer.records : [];
    const own = records.filter(({ nodeId }) => sameBytes(nodeId, this.config.peer));
    const endpoints = own.flatMap(({ dcEndpoints }) => dcEndpoints).slice(0, MOST_ENDPOINTS);
    if (endpoints.length === 0) this.want(now);
    return endpoints;
  }

  wakeAt(): Instant {
    return this.dueAt;
  }
}
