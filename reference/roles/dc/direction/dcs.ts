/** Where the DC of a zone is: by configuration, or by the NTM record at the zone's apex. [FED-01, FED-11] */
import { fromHex, sameBytes } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import { ntmQuery, readNtmAnswer } from '../../../dns/lookup.ts';
import { Status } from '../../../wire/registry.ts';
import type { Dc, DcPeer } from '../parts.ts';

type Found = (result: DcPeer | typeof Status.unknownName | typeof Status.noRoute, now: Instant) => void;

/** Finds the DC of a zone that is not this one's. `then` is called once, at once where nothing has to be asked. */
export function findDc(dc: Dc, zone: string, now: Instant, then: Found): void {
  const peer = dc.dcFor(zone);
  if (peer === undefined) return then(Status.unknownName, now);
  // A valid address is known, or the configuration has it.
  const isKnown = peer.association.channel.knownAddresses().length > 0;
  if (isKnown || peer.association.config.endpoints.length > 0) return then(peer, now);
  const [high = 0, low = 0] = dc.random(2);
  const query = ntmQuery(zone, (high << 8) | low);
  dc.lookUp(query, (response, later) => {
    const answer = readNtmAnswer(response, query);
    if (answer.kind === 'none') return then(Status.unknownName, later);
    if (answer.kind === 'failed') return then(Status.noRoute, later);
    const nodeId = fromHex(peer.nodeId);
    const record = answer.records.find((one) => sameBytes(one.nodeId, nodeId));
    if (record === undefined) return then(Status.noRoute, later);
    peer.association.setEndpoints(record.dcEndpoints);
    then(peer, later);
  });
}
