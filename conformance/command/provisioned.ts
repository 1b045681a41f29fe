/** The configuration that `provision` wrote, read back: level 0 plays the DCs that it names. */

import { dcConfig } from '../../reference/config/dc.ts';
import { jsonFault } from '../../reference/config/json.ts';
import { describeConfigError, rsConfig } from '../../reference/config/schema.ts';
import type { ProvisionedRelay } from '../identities.ts';
import type { ProvisionedDc } from '../target/dc-pool.ts';
import type { Provisioned } from '../target/way.ts';
import { Mistake } from './mistake.ts';

/** @param file what to call it. @throws Mistake that never shows a secret. */
export function readProvisioned(text: string, file: string): Provisioned {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new Mistake(`${file}:${fault.line}:${fault.column}: ${fault.message}.`);
  const value: unknown = JSON.parse(text);
  const isDc = typeof value === 'object' && value !== null && 'role' in value && value.role === 'dc';
  return isDc ? readDc(value, file) : readRelay(value, file);
}

function readDc(value: unknown, file: string): ProvisionedDc {
  const read = dcConfig.safeParse(value);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, file)}.`);
  const { nodeId, listen, advertise, zones, pools, associations, limits, testProfile } = read.data;
  if (testProfile === undefined) throw withoutProfile(file);
  const own = { role: 'dc', nodeId, listen, zones, pools, associations, limits, testProfile } as const;
  return { ...own, ...(advertise && { advertise }) };
}

function readRelay(value: unknown, file: string): ProvisionedRelay {
  const read = rsConfig.safeParse(value);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, file)}.`);
  const { nodeId, listen, advertise, associations, capacity, limits, testProfile } = read.data;
  if (testProfile === undefined) throw withoutProfile(file);
  return {
    role: 'rs-s',
    nodeId,
    listen,
    ...(advertise && { advertise }),
    associations,
    capacity,
    limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) as Record<
      string,
      number
    >,
    testProfile,
  };
}

function withoutProfile(file: string): Mistake {
  return new Mistake(`${file}: testProfile is missing: use the file that ntm-conform provision wrote.`);
}

/** A test secret: 32 bytes as hex, as `openssl rand -hex 32` writes them. @throws Mistake */
export function readSecret(text: string, file: string): Uint8Array {
  const hex = text.trim();
  if (!/^[0-9a-fA-F]{64}$/.test(hex))
    throw new Mistake(`${file} holds no 64 hex digits: "openssl rand -hex 32 > ${file}" makes them.`);
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
