/** The configuration of an RS-T. */
import type { z } from 'zod';
import { SUITES, withFaults } from './common.ts';
import { choice, literal, strict } from './fields.ts';
import { GENERAL_SIDE, generalSideFaults } from './general-side.ts';
import { RELAY, relayFaults } from './relay.ts';

const rsT = strict('an object', {
  role: literal('rs-t', ''),
  ...RELAY,
  suites: SUITES,
  /** The side of the general peers. What is lent comes from the DC. [RST-09] */
  general: strict('an object', {
    ...GENERAL_SIDE,
    /** Packets of peers that the node did not send to first: let in, or not. [RST-08] */
    inbound: choice(['all', 'answers']).default('all'),
  }),
});

export const rsTConfig = withFaults(rsT, function* (config) {
  yield* relayFaults(config);
  yield* generalSideFaults(config.general);
});

export type RsTConfig = z.output<typeof rsT>;
/** The same as people write it, without the defaults. */
export type RsTConfigInput = z.input<typeof rsT>;
