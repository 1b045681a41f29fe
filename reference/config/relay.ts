/** What the configurations of all relays have alike. */
import { z } from 'zod';
import type { Fault } from './common.ts';
import { associationFaults, PLACE, perSourcePerSecond, placeFaults, TESTS, timerFaults } from './common.ts';
import { count, endpoint, id, list, literal, secret, strict } from './fields.ts';

/** The trust relationship with a DC. [RS-01] */
const association = strict('an object', {
  id,
  secret,
  /** The DC's Node ID. */
  peer: id,
  peerRole: literal('dc', ', a relay has associations with DCs only'),
  /** Where the DC is reached; none: the DC is the one that opens the association. */
  endpoints: list(endpoint, 'endpoints of the DC', 0, 8),
});

const limits = strict('an object', {
  perSourcePerSecond,
  /** Of one path; unlimited if not given. [RS-14] */
  packetsPerSecond: count().optional(),
  bytesPerSecond: count().optional(),
});

/** The keys of every relay but its role. */
export const RELAY = {
  nodeId: id,
  ...PLACE,
  associations: list(association, 'associations with DCs', 1, 1024),
  /** Relay entries at once. [RS-12] */
  capacity: count(1_000_000).default(65_536),
  limits: limits.prefault({}),
  ...TESTS,
};

const relay = z.object(RELAY);

export type RelayConfig = z.output<typeof relay>;

/** [GEN-15, RS-01, GEN-48] */
export function* relayFaults(config: RelayConfig): Generator<Fault> {
  yield* placeFaults(config);
  yield* associationFaults(config.nodeId, config.associations, 'relay', 'the DC');
  yield* timerFaults(config);
}
