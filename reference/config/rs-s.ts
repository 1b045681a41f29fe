/** The configuration of an RS-S. */
import type { z } from 'zod';
import {
  associationFaults,
  PLACE,
  perSourcePerSecond,
  placeFaults,
  TESTS,
  timerFaults,
  withFaults,
} from './common.ts';
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

const rsS = strict('an object', {
  role: literal('rs-s', ''),
  nodeId: id,
  ...PLACE,
  associations: list(association, 'associations with DCs', 1, 1024),
  /** Relay entries at once. [RS-12] */
  capacity: count(1_000_000).default(65_536),
  limits: limits.prefault({}),
  ...TESTS,
  /** Where packets are forwarded. [RSS-09] */
  datapath: literal('user', ', there is no other data path').default('user'),
});

export const rsConfig = withFaults(rsS, function* (config) {
  yield* placeFaults(config);
  yield* associationFaults(config.nodeId, config.associations, 'relay', 'the DC');
  yield* timerFaults(config);
});

export type RsConfig = z.output<typeof rsS>;
/** The same as people write it, without the defaults. */
export type RsConfigInput = z.input<typeof rsS>;
