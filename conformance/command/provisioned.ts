/** The configuration that `provision` wrote, read back: level 0 plays the DCs that it names. */

import { dcConfig } from '../../reference/config/dc.ts';
import { jsonFault } from '../../reference/config/json.ts';
import type { RelayConfig } from '../../reference/config/relay.ts';
import { describeConfigError, rsConfig, rsNConfig, rsTConfig } from '../../reference/config/schema.ts';
import type { ProvisionedRelay } from '../identities.ts';
import type { EndKind } from '../played/end-dc.ts';
import type { ProvisionedDc } from '../target/dc-pool.ts';
import type { ProvisionedEnd } from '../target/end-pool.ts';
import type { Provisioned } from '../target/provisioned.ts';
import { Mistake } from './mistake.ts';

/** @param file what to call it. @throws Mistake that never shows a secret. */
export function readProvisioned(text: string, file: string): Provisioned {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new Mistake(`${file}:${fault.line}:${fault.column}: ${fault.message}.`);
  const value: unknown = JSON.parse(text);
  const role = typeof value === 'object' && value !== null && 'role' in value ? value.role : undefined;
  if (role === 'dc') return readDc(value, file);
  return role === 'rs-n' || role === 'rs-t' ? readEnd(role, value, file) : readRelay(value, file);
}

function readDc(value: unknown, file: string): ProvisionedDc {
  const read = dcConfig.safeParse(value);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, file)}.`);
  const { nodeId, listen, advertise, zones, pools, associations, limits, testProfile, dns } = read.data;
  if (testProfile === undefined) throw withoutProfile(file);
  const own = { role: 'dc', nodeId, listen, zones, pools, associations, limits, testProfile } as const;
  return { ...own, ...(advertise && { advertise }), ...(dns && { dns }) };
}

function readRelay(value: unknown, file: string): ProvisionedRelay {
  const read = rsConfig.safeParse(value);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, file)}.`);
  return { role: 'rs-s', ...relayOf(read.data, file) };
}

function readEnd(role: EndKind, value: unknown, file: string): ProvisionedEnd {
  const read = (role === 'rs-n' ? rsNConfig : rsTConfig).safeParse(value);
  if (!read.success) throw new Mistake(`${describeConfigError(read.error, file)}.`);
  const { suites, general } = read.data;
  const { addresses, allow } = general;
  return { role, ...relayOf(read.data, file), suites, general: { addresses, allow } };
}

/** What the configurations of all relays have. */
function relayOf(config: RelayConfig, file: string): Omit<ProvisionedRelay, 'role'> {
  const { nodeId, listen, advertise, associations, capacity, limits, testProfile } = config;
  if (testProfile === undefined) throw withoutProfile(file);
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    nodeId,
    listen,
    ...(advertise && { advertise }),
    associations,
    capacity,
    limits: Object.fromEntries(given) as Record<string, number>,
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
