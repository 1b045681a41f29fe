/** What a case is handed: the network, seeded randomness, the control of the target. */
import type { Random } from '../reference/core.ts';
import type { Net } from '../reference/net/net.ts';

export interface World {
  readonly net: Net;
  readonly random: Random;
}
