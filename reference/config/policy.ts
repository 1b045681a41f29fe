/** How a node reaches peers that do not run NTMobile. [NODE-20] */
import { z } from 'zod';
import { parseIp } from '../address.ts';
import { canonicalName } from '../dns/names.ts';
import { choice, list, network, strict } from './fields.ts';
import { shown, wanted } from './messages.ts';

const TO = 'write a prefix like 192.0.2.0/24, an address, a name, or *.zone';

/** A prefix, a name, or all names below another one; an address is a prefix of its own. */
const destination = z.string(wanted('', TO)).transform((text, context) => {
  const ip = parseIp(text);
  const below = text.startsWith('*.');
  const name = canonicalName(below ? text.slice(2) : text);
  const prefix = network.safeParse(ip === undefined ? text : `${ip}/${ip.includes(':') ? 128 : 32}`);
  if (prefix.success) return prefix.data;
  if (name !== undefined && !/^[\d.]+$/.test(name)) return below ? `*.${name}` : name;
  context.addIssue({ code: 'custom', message: `is ${shown(text)}: ${TO}` });
  return z.NEVER;
});

const policy = choice(['bypass', 'rs-n', 'rs-t']);

export const general = strict('an object', {
  /** Where none of the destinations fits. */
  policy: policy.default('bypass'),
  /** The first that fits decides. */
  destinations: list(strict('an object', { to: destination, policy }), 'destinations', 0, 1024).default([]),
  /** An address of an RS-T is held whatever is sent. */
  lease: z.boolean(wanted('', 'write true or false')).default(false),
});

export type GeneralConfig = z.output<typeof general>;
export type Policy = z.output<typeof policy>;
