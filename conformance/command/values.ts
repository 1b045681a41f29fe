/** The values of the command line's options, read and checked. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { parseEndpoint, parseIp } from '../../reference/address.ts';
import type { RoleName } from '../roles.ts';
import { ROLES } from '../roles.ts';
import { Mistake } from './mistake.ts';
import { didYouMean } from './nearest.ts';

/** One `--target`. */
export interface TargetValue {
  /** `ROLE=HOST:PORT` */
  readonly role: RoleName | undefined;
  readonly endpoint: Endpoint;
}

/** @throws Mistake */
export function targetValue(text: string): TargetValue {
  const [, role, rest] = /^([a-z-]+)=(.*)$/.exec(text) ?? [undefined, undefined, text];
  return {
    role: role === undefined ? undefined : oneOf('The role of --target', role, ROLES),
    endpoint: endpointValue('--target', rest ?? text),
  };
}

/** An address with a port that is not 0. @throws Mistake */
export function endpointValue(option: string, text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined || endpoint.port === 0)
    throw new Mistake(
      `${option} ${text} is no address with a port: write it like 192.0.2.1:4330 or [2001:db8::1]:4330.`,
    );
  return endpoint;
}

/** `A,B`, or the option again for each. @throws Mistake */
export function addressList(option: string, texts: readonly string[]): Ip[] {
  return split(texts).map((text) => {
    const ip = parseIp(text);
    if (ip !== undefined) return ip;
    throw new Mistake(`${option} ${text} is no address: write it like 192.0.2.9 or 2001:db8::9.`);
  });
}

/** `A:P,B:P`, or the option again for each. @throws Mistake */
export function endpointList(option: string, texts: readonly string[]): Endpoint[] {
  return split(texts).map((text) => endpointValue(option, text));
}

/** One word of a closed list; case does not count. @throws Mistake */
export function oneOf<const T extends string>(what: string, text: string, known: readonly T[]): T {
  const found = known.find((word) => word.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new Mistake(`${what} ${text} is none of ${known.join(', ')}.${didYouMean(text, known)}`);
}

/** A whole number from `min` on. @throws Mistake */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Mistake(`${option} ${text} is no whole number from ${min} to ${max}.`);
}

/** `500ms`, `2s` or `2`, seconds; in milliseconds. @throws Mistake */
export function milliseconds(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  const value = Number(number) * (unit === 'ms' ? 1 : 1000);
  if (value >= 1 && value <= 600_000) return value;
  throw new Mistake(`${option} ${text} is no time from 1ms to 600s: write it like 500ms or 2s.`);
}

function split(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
}
