/** The configuration of an RS-N. */
import type { z } from 'zod';
import { SUITES, withFaults } from './common.ts';
import { count, literal, strict } from './fields.ts';
import { GENERAL_SIDE, generalSideFaults } from './general-side.ts';
import { RELAY, relayFaults } from './relay.ts';

const rsN = strict('an object', {
  role: literal('rs-n', ''),
  ...RELAY,
  suites: SUITES,
  /** The side of the general peers. */
  general: strict('an object', {
    ...GENERAL_SIDE,
    /** Mappings of all nodes, and of one. */
    mappings: count(1_000_000).default(65_536),
    mappingsPerNode: count(65_536).default(2048),
  }),
});

export const rsNConfig = withFaults(rsN, function* (config) {
  yield* relayFaults(config);
  yield* generalSideFaults(config.general);
});

export type RsNConfig = z.output<typeof rsN>;
/** The same as people write it, without the defaults. */
export type RsNConfigInput = z.input<typeof rsN>;
