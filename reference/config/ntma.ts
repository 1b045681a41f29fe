/** The configuration of an NTMA: a node's, but that it has no applications that ask DNS or have general peers. */
import type { z } from 'zod';
import { withFaults } from './common.ts';
import { literal, strict } from './fields.ts';
import { NODE, nodeFaults } from './node.ts';

const ntma = strict('an object', { role: literal('ntma', ''), ...NODE });

export const ntmaConfig = withFaults(ntma, (config) => nodeFaults(config, 'NTMA'));

export type NtmaConfig = z.output<typeof ntma>;
/** The same as people write it, without the defaults. */
export type NtmaConfigInput = z.input<typeof ntma>;
