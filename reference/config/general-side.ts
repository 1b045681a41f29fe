/** The general side of an RS-N or RS-T, in its configuration. */
import { z } from 'zod';
import type { Fault } from './common.ts';
import { repeats } from './common.ts';
import { address, list, prefix } from './fields.ts';
import { shown } from './messages.ts';

const MTU_MEND = 'write a number of bytes, 1280 to 65535';

export const GENERAL_SIDE = {
  /** Real addresses of this relay there: of each family that it serves one or more. */
  addresses: list(address, 'addresses', 1, 64),
  mtu: z
    .number({ error: ({ input }) => `is ${shown(input)}: ${MTU_MEND}` })
    .int(MTU_MEND)
    .min(1280, MTU_MEND)
    .max(65_535, MTU_MEND)
    .default(1500),
  /** What may be a general peer although no address of the Internet: private networks that it is to reach. [RSN-08] */
  allow: list(prefix, 'prefixes', 0, 64).default([]),
};

/** One of each is enough. */
export function* generalSideFaults({
  addresses,
}: {
  readonly addresses: readonly string[];
}): Generator<Fault> {
  for (const [index, before] of repeats(addresses, (text) => text))
    yield {
      path: ['general', 'addresses', index],
      message: `is addresses[${before}] too: keep one of them`,
    };
}
