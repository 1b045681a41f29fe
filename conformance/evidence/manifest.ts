/** What a bundle says of itself: with what a run was made, and which files belong to it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { formatEndpoint, parseEndpoint, parseIp } from '../../reference/address.ts';
import { NEEDS } from '../case.ts';
import { Mistake } from '../command/mistake.ts';
import { readProvisioned } from '../command/provisioned.ts';
import { DEPTHS, PicsUsed, PROFILES } from '../report.ts';
import { schemaFault } from '../schema-fault.ts';
import type { Way } from '../target/way.ts';

/** Goes up when an older suite could not read what is written. */
export const FORMAT = 2;

export const FILES = {
  manifest: 'manifest.json',
  digest: 'manifest.sha256',
  signature: 'manifest.sig',
  publicKey: 'manifest.pub.pem',
  turns: 'turns.ndjson.gz',
  report: 'report.json',
} as const;

/** The files that the manifest has the hashes of. */
export const HASHED = [FILES.turns, FILES.report] as const;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().min(0);
const Address = z.string().transform((text, { addIssue }) => {
  const ip = parseIp(text);
  if (ip !== undefined) return ip;
  addIssue('is no address');
  return z.NEVER;
});
const Place = z.string().transform((text, { addIssue }) => {
  const endpoint = parseEndpoint(text);
  if (endpoint !== undefined) return endpoint;
  addIssue('is no endpoint');
  return z.NEVER;
});

export const Manifest = z.strictObject({
  tool: z.literal('ntm-conform evidence'),
  format: z.literal(FORMAT),
  versions: z.strictObject({
    suite: z.string(),
    spec: z.string(),
    vectors: z.string(),
    contract: z.string(),
  }),
  /** SHA-256 of the clause catalogue that the run was judged by. */
  clauseHash: Hash,
  runtime: z.strictObject({ name: z.string(), version: z.string(), platform: z.string() }),
  startedAt: z.string(),
  /** The time of day at which the clock of the run stood at 0, milliseconds since 1970. */
  epoch: z.number(),
  runNonce: z.string().regex(/^([0-9a-f]{2})*$/),
  settings: z.strictObject({
    seed: z.string(),
    depth: z.enum(DEPTHS),
    runs: Count.optional(),
    profile: z.enum(PROFILES),
    strict: z.boolean(),
    slow: z.boolean(),
    jobs: Count,
    timeout: z.number(),
    bail: z.boolean(),
  }),
  network: z.string().optional(),
  shard: z.strictObject({ index: Count, count: Count }).optional(),
  replay: z.string().optional(),
  /** What the implementer claims: it decides which cases ran. */
  pics: PicsUsed.optional(),
  /** Ids of the cases that were to run. */
  cases: z.array(z.string()),
  way: z.strictObject({
    at: Place,
    name: z.string(),
    sources: z.array(Address),
    own: Address,
    has: z.array(z.enum(NEEDS)),
    listen: z.array(Place),
    /** What a target without an adapter was configured with, its test secrets included. */
    config: z.record(z.string(), z.unknown()).optional(),
    /** Whether a token was shared with the adapter; it is not in the bundle. */
    token: z.boolean(),
  }),
  turns: Count,
  files: z.strictObject({
    [FILES.turns]: z.strictObject({ bytes: Count, sha256: Hash }),
    [FILES.report]: z.strictObject({ bytes: Count, sha256: Hash }),
  }),
  /** SHA-256 of the public key (SPKI, DER) whose signature lies beside; null for a bundle without one. */
  signer: Hash.nullable(),
});
export type Manifest = z.output<typeof Manifest>;
/** As it stands in the file. */
export type WrittenManifest = z.input<typeof Manifest>;

export function writeManifest(manifest: WrittenManifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** @param file what to call it. @throws Mistake */
export function readManifest(text: string, file: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Mistake(`${file} is no JSON: name a folder that --evidence wrote.`);
  }
  const { format } = z.object({ format: z.unknown() }).catch({ format: undefined }).parse(json);
  if (typeof format === 'number' && format !== FORMAT)
    throw new Mistake(
      `${file} has format ${format}, this suite reads ${FORMAT}: judge it with the suite it names.`,
    );
  const read = Manifest.safeParse(json);
  if (read.success) return read.data;
  throw new Mistake(`${file}: ${schemaFault(read.error, json)}.`);
}

/** The way to the target as a manifest has it: all but the token. */
export function writtenWay(way: Way): WrittenManifest['way'] {
  return {
    at: formatEndpoint(way.at),
    name: way.name,
    sources: [...way.sources],
    own: way.own,
    has: [...way.has],
    listen: way.listen.map(formatEndpoint),
    ...(way.config && { config: { ...way.config } }),
    token: way.token !== undefined,
  };
}

/** @param token as it was shared with the adapter, if one was */
export function wayOf({ way }: Manifest, token: Uint8Array | undefined): Way {
  const { config, has } = way;
  return {
    ...way,
    has: new Set(has),
    config: config && readProvisioned(JSON.stringify(config), `${FILES.manifest}: way.config`),
    token,
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
