/** The configuration of an RS-S. */
import type { z } from 'zod';
import { withFaults } from './common.ts';
import { literal, strict } from './fields.ts';
import { RELAY, relayFaults } from './relay.ts';

const rsS = strict('an object', {
  role: literal('rs-s', ''),
  ...RELAY,
  /** Where packets are forwarded, as far as a file says it: `--datapath` says what else does it. [RSS-09] */
  datapath: literal('user', ', the others are for --datapath').default('user'),
});

export const rsConfig = withFaults(rsS, relayFaults);

export type RsConfig = z.output<typeof rsS>;
/** The same as people write it, without the defaults. */
export type RsConfigInput = z.input<typeof rsS>;
