/** Where the DC of a zone is: by configuration, or by the NTM records at the zone's apex. [FED-01, FED-11] */
import { fromHex, sameBytes } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import { ntmQuery, readNtmAnswer } from '../../../dns/lookup.ts';
import { Status } from '../../../wire/registry.ts';
import type { Dc, DcPeer } from '../parts.ts';

type Result = DcPeer | typeof Status.unknownName | typeof Status.noRoute;
type Found = (result: Result, now: Instant) => void;

/** How many endpoints of a DC are tried. */
const MOST_ENDPOINTS = 8;

export class Dcs {
  private readonly dc: Dc;
  /** Until when what DNS said of a zone may be used. */
  private readonly fresh = new Map<string, Instant>();
  /** Who waits for the look-up of a zone that is under way. */
  private readonly waiting = new Map<string, Found[]>();

  constructor(dc: Dc) {
    this.dc = dc;
  }

  /**
   * Finds the DC of a zone that is not this one's. `then` is called once, at once where nothing has to be asked.
   * What DNS said is kept for its TTL, and those who ask meanwhile share one look-up. [DC-32]
   */
  find(zone: string, now: Instant, then: Found): void {
    const peer = this.dc.dcFor(zone);
    if (peer === undefined) return then(Status.unknownName, now);
    const isKnown =
      peer.association.config.endpoints.length > 0 ||
      now < (this.fresh.get(zone) ?? Number.NEGATIVE_INFINITY);
    if (isKnown) return then(peer, now);
    const waiting = this.waiting.get(zone);
    if (waiting !== undefined) return void waiting.push(then);
    this.waiting.set(zone, [then]);
    this.lookUp(zone, peer);
  }

  private lookUp(zone: string, peer: DcPeer): void {
    const [high = 0, low = 0] = this.dc.random(2);
    const query = ntmQuery(zone, (high << 8) | low);
    this.dc.lookUp(query, (response, now) => {
      const result = this.read(zone, peer, response, query, now);
      const waiting = this.waiting.get(zone) ?? [];
      this.waiting.delete(zone);
      for (const then of waiting) then(result, now);
    });
  }

  private read(
    zone: string,
    peer: DcPeer,
    response: Uint8Array | undefined,
    query: Uint8Array,
    now: Instant,
  ): Result {
    const answer = readNtmAnswer(response, query);
    if (answer.kind === 'none') return Status.unknownName;
    if (answer.kind === 'failed') return Status.noRoute;
    const nodeId = fromHex(peer.nodeId);
    const own = answer.records.filter((record) => sameBytes(record.nodeId, nodeId));
    const endpoints = own.flatMap(({ dcEndpoints }) => dcEndpoints).slice(0, MOST_ENDPOINTS);
    if (endpoints.length === 0) return Status.noRoute;
    peer.association.setEndpoints(endpoints);
    this.fresh.set(zone, now + answer.ttl * 1000);
    return peer;
  }
}
