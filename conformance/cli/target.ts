/** Gets the target of a command: the embedded reference, an adapter, or a role's own port. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint, parseIp } from '../../reference/address.ts';
import type { Random } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { Need } from '../case.ts';
import { DEFAULT_DCS, hasInbound, isLoopback, LOOPBACK_SOURCES } from '../command/addresses.ts';
import { Mistake } from '../command/mistake.ts';
import { readProvisioned, readSecret } from '../command/provisioned.ts';
import type { Reach, ReachOptions } from '../command/reach.ts';
import type { Tap } from '../played/stage.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { needsMet } from '../runner/environment.ts';
import { Heard } from '../target/heard.ts';
import { outsideNet } from '../target/outside.ts';
import type { Provisioned } from '../target/provisioned.ts';
import { PROVISIONED, provisionRole } from '../target/provisioned.ts';
import type { Target, TargetError } from '../target/target.ts';
import type { Surroundings, Way } from '../target/way.ts';
import { connect } from '../target/way.ts';
import type { Child, Command } from './child.ts';
import { startAdapter } from './child.ts';
import { readText } from './files.ts';

export interface Place extends Surroundings {
  /** Ends what was started for it. */
  end(): Promise<void>;
}

/** A target within reach. */
export interface Reached extends Place, Way {
  readonly target: Target;
  /** What came from a target without an adapter. */
  readonly heard: Heard;
}

export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));

const EMBEDDED: Command = ['reference/bin.js', 'adapter', '--listen', '127.0.0.1:0'];

/** The network of this machine, as it is seen from where the tester says that it is. */
export function netOf({ outside }: Reach): Net {
  return outside.length === 0 ? udpNet() : outsideNet(udpNet(), outside);
}

/** Finds the way to the target, or starts the reference. @throws Mistake */
export async function placeOf(reach: Reach): Promise<Place> {
  const child = reach.target === undefined ? await startAdapter(EMBEDDED) : undefined;
  try {
    return await placeAt(reach, child);
  } catch (error) {
    await child?.stop();
    throw error;
  }
}

async function placeAt(reach: Reach, child: Child | undefined): Promise<Place> {
  const at = child?.adapter ?? reach.target?.endpoint;
  if (at === undefined) throw new Error('neither a target nor a child');
  const sources = reach.sources.length > 0 ? reach.sources : await defaultSources(at);
  const [own] = sources.filter((ip) => family(ip) === family(at.ip));
  if (own === undefined)
    throw new Mistake(
      `--source has no IPv${family(at.ip)} address, which ${formatEndpoint(at)} takes: add one.`,
    );
  const met = await needsMet(netOf(reach), sources);
  return {
    at,
    name: child === undefined ? formatEndpoint(at) : 'embedded',
    sources,
    own,
    has: new Set<Need>([...met, ...(hasInbound(sources, at.ip) ? (['inbound'] as const) : [])]),
    end: async () => child?.stop(),
  };
}

/**
 * @param tap sees what comes and goes between cases
 * @param random for what has to be new
 * @throws Mistake if it can't be had.
 */
export async function reachTarget(
  reach: Reach,
  options: ReachOptions,
  net: Net,
  tap?: Tap,
  random: Random = systemRandom,
): Promise<Reached> {
  const place = await placeOf(reach);
  try {
    const { config, secretFile, tokenFile } = options;
    const withoutAdapter = config !== undefined || secretFile !== undefined;
    const way: Way = {
      ...place,
      listen: reach.listen,
      ...(withoutAdapter && { config: await configOf(reach, place.at, options) }),
      ...(tokenFile !== undefined && { token: await readToken(tokenFile) }),
    };
    const heard = new Heard();
    const around = withoutAdapter ? heard.around(net) : net;
    return { ...place, ...way, heard, target: await connect(way, around, random, tap) };
  } catch (error) {
    await place.end();
    throw error;
  }
}

/** Read, or derived from the secret in the same way as `provision` did. */
async function configOf(
  { listen, target }: Reach,
  at: Endpoint,
  { config, secretFile }: ReachOptions,
): Promise<Provisioned> {
  if (config !== undefined) return readProvisioned(await readText(config), config);
  const file = secretFile ?? '';
  const [first, second] = listen.length === 0 ? DEFAULT_DCS : listen;
  if (first === undefined || second === undefined)
    throw new Mistake('--listen needs two endpoints, for the two DCs that are played: HOST:PORT,HOST:PORT.');
  const testSecret = readSecret(await readText(file), file);
  const options = { testSecret, listen: [at], dcs: [[first], [second]] } as const;
  return provisionRole(PROVISIONED.find((role) => role === target?.role) ?? 'rs-s', options);
}

/** The token shared with an adapter. @throws Mistake */
export async function readToken(file: string): Promise<Uint8Array> {
  const token = (await readText(file)).trim();
  if (token === '') throw new Mistake(`${file} is empty: write the token into it that the adapter has.`);
  return new TextEncoder().encode(token);
}

async function defaultSources(target: Endpoint): Promise<readonly Ip[]> {
  return isLoopback(target.ip) ? LOOPBACK_SOURCES : [await localAddress(target)];
}

/** The address of this machine from which datagrams to the target leave. */
export async function localAddress(target: Endpoint): Promise<Ip> {
  const socket = createSocket(family(target.ip) === 4 ? 'udp4' : 'udp6');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(target.port, target.ip, resolve);
    });
    const ip = parseIp(socket.address().address);
    if (ip !== undefined) return ip;
  } catch {
    // Said below.
  } finally {
    socket.close();
  }
  throw new Mistake(
    `This machine has no way to ${formatEndpoint(target)}: name its address on that way with --source.`,
    EXIT.unjudged,
  );
}

export function mistakeOf({ fault, message }: TargetError): Mistake {
  return new Mistake(sentence(message), fault === 'usage' ? EXIT.usage : EXIT.unjudged);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
