/** The kinds of values that a configuration is made of. */
import { z } from 'zod';
import type { Endpoint, Ip } from '../address.ts';
import {
  family,
  formatEndpoint,
  ipFromBytes,
  ipToBytes,
  isMapped,
  parseEndpoint,
  parseIp,
} from '../address.ts';
import { canonicalName } from '../dns/names.ts';
import type { Prefix } from '../locator.ts';
import { parsePrefix } from '../locator.ts';
import { alternatives, shown, wanted, wantedObject } from './messages.ts';

/** An object in which an unknown key is an error. */
export function strict<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  return z.strictObject(shape, wantedObject(what, Object.keys(shape)));
}

/** A list of `min` to `max` items; `what` names them with their article. */
export function list<Item extends z.ZodType>(item: Item, what: string, min: number, max: number) {
  return z
    .array(item, wanted(`a list of ${what}`))
    .min(min, { error: `is empty: add ${what}` })
    .max(max, { error: `has more than ${max} entries: remove some` });
}

/** Exactly one text. */
export function literal<Text extends string>(text: Text, why: string) {
  return z.literal(text, {
    error: ({ input }) =>
      `${input === undefined ? 'is missing' : `is ${shown(input)}`}: write "${text}"${why}`,
  });
}

/** One of several texts. */
export function choice<const Text extends string>(texts: readonly [Text, ...Text[]]) {
  return z.literal(texts, {
    error: ({ input }) =>
      `${input === undefined ? 'is missing' : `is ${shown(input)}`}: write ${alternatives(texts)}`,
  });
}

/** That many bytes as hex, lower case afterwards. The message never shows them. */
function hex(bytes: number) {
  const digits = `${2 * bytes} hex digits`;
  const mend = `write ${digits}, "openssl rand -hex ${bytes}" makes them`;
  return z
    .string(wanted('', mend))
    .regex(/^[0-9a-fA-F]*$/, { error: `has a character that is no hex digit: ${mend}`, abort: true })
    .length(2 * bytes, { error: ({ input }) => `is ${String(input).length} characters long: ${mend}` })
    .transform((text) => text.toLowerCase());
}

export const id = hex(16);
export const secret = hex(32);

/** A key as BIND and others write it, of so many bytes or more. The message never shows it. */
export function base64(least: number) {
  const mend = `write ${least} bytes or more as base64, "openssl rand -base64 32" makes them`;
  return z
    .string(wanted('', mend))
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, { error: `is no base64: ${mend}`, abort: true })
    .refine(
      (text) => text.length % 4 === 0 && Math.floor((text.replace(/=+$/, '').length * 3) / 4) >= least,
      {
        error: `is too short, or cut: ${mend}`,
      },
    );
}

function endpointText(fault: (endpoint: Endpoint) => string | undefined) {
  const mend = 'write an address and a port like 192.0.2.1:4330 or [2001:db8::1]:4330';
  const check = (text: string, parsed: Endpoint | undefined): string | undefined => {
    if (parsed === undefined) return `is ${shown(text)}: ${mend}`;
    if (family(parsed.ip) === 6 && isMapped(ipToBytes(parsed.ip)))
      return `is ${shown(text)}: write an IPv4 address as such, without ::ffff:`;
    const found = fault(parsed);
    return found && `is ${shown(text)}: ${found}`;
  };
  return z.string(wanted('', mend)).transform((text, context) => {
    const parsed = parseEndpoint(text);
    const message = check(text, parsed);
    if (parsed !== undefined && message === undefined) return formatEndpoint(parsed);
    context.addIssue({ code: 'custom', message: message ?? mend });
    return z.NEVER;
  });
}

/** Where someone is reached: one address, and a port. */
export const endpoint = endpointText(({ ip, port }) => {
  if (isWildcard(ip)) return 'write one address, not all of a machine';
  return port === 0 ? 'write the port, not 0' : undefined;
});

/** Where a socket is bound: port 0 lets the system choose one, 0.0.0.0 or :: are all addresses. */
export const listenEndpoint = endpointText(() => undefined);

/**
 * An endpoint of a configuration that has passed its schema.
 * @throws RangeError for any other text.
 */
export function endpointFrom(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new RangeError(`not an endpoint: ${text}`);
  return parsed;
}

/** Whether an address to bind to stands for all addresses of its family. */
export function isWildcard(ip: Ip): boolean {
  return ip === '0.0.0.0' || ip === '::';
}

const PREFIX = 'write a prefix like 127.0.0.0/29 or ::1/128';

/** As `parsePrefix` reads it. */
export const prefix = z.string(wanted('', PREFIX)).refine((text) => parsePrefix(text) !== undefined, {
  error: ({ input }) => `is ${shown(input)}: ${PREFIX}`,
});

const NETWORK = 'write a prefix like 198.18.0.0/24 or fd00:1::/64';

/** A prefix without bits after its length, in canonical text. */
export const network = z.string(wanted('', NETWORK)).transform((text, context) => {
  const parsed = text.includes('/') ? parsePrefix(text) : undefined;
  const ip = parsed && ipFromBytes(masked(parsed));
  if (parsed !== undefined && ip !== undefined && ip === parseIp(text.split('/')[0] ?? ''))
    return `${ip}/${parsed.length}`;
  const message =
    parsed === undefined
      ? `is ${shown(text)}: ${NETWORK}`
      : `is ${shown(text)}: it has bits after the first ${parsed.length}, write ${ip}/${parsed.length}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function masked({ bytes, length }: Prefix): Uint8Array {
  return bytes.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * at))));
}

const ADDRESS = 'write an address like 192.0.2.1 or 2001:db8::1';

/** One address, in canonical text. */
export const address = z.string(wanted('', ADDRESS)).transform((text, context) => {
  const ip = parseIp(text);
  if (ip !== undefined && !isMapped(ipToBytes(ip))) return ip as string;
  context.addIssue({ code: 'custom', message: `is ${shown(text)}: ${ADDRESS}` });
  return z.NEVER;
});

/** A name as bodies have it; capitals and a final dot are taken off. [GEN-42] */
export function dnsName(example: string, fits: (name: string) => boolean = () => true) {
  const mend = `write a name like ${example}`;
  return z.string(wanted('', mend)).transform((text, context) => {
    const name = canonicalName(text);
    if (name !== undefined && fits(name)) return name;
    context.addIssue({ code: 'custom', message: `is ${shown(text)}: ${mend}` });
    return z.NEVER;
  });
}

/** A whole number from 1 to `max`. */
export function count(max = Number.MAX_SAFE_INTEGER) {
  const mend = `write a whole number, ${max === Number.MAX_SAFE_INTEGER ? '1 or more' : `1 to ${max}`}`;
  return z.number(wanted('', mend)).refine((value) => Number.isInteger(value) && value >= 1 && value <= max, {
    error: ({ input }) => `is ${shown(input)}: ${mend}`,
  });
}

const SECONDS = 'write seconds from 0.001 to 10000000';
const DECIMAL = /^\d+(\.\d+)?$/;
const isTime = (seconds: number): boolean => seconds >= 0.001 && seconds <= 1e7;

/** A time. Text does too, since an adapter's `start` has no fractions. */
export const seconds = z
  .union([z.number(), z.string()], wanted('', SECONDS))
  .refine((value) => (typeof value === 'number' || DECIMAL.test(value)) && isTime(Number(value)), {
    error: ({ input }) => `is ${shown(input)}: ${SECONDS}`,
  })
  .transform(Number);
