/** Gets the target of a command: the embedded reference, an adapter, or a role's own port. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint, parseEndpoint, parseIp } from '../../reference/address.ts';
import type { Random } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { Need } from '../case.ts';
import {
  DEFAULT_DCS,
  hasInbound,
  isLoopback,
  LOOPBACK_LISTEN,
  LOOPBACK_SOURCES,
} from '../command/addresses.ts';
import { Mistake } from '../command/mistake.ts';
import { readProvisioned, readSecret } from '../command/provisioned.ts';
import type { Reach, ReachOptions } from '../command/run-options.ts';
import type { ProvisionedRelay } from '../identities.ts';
import { provision } from '../identities.ts';
import type { Tap } from '../played/stage.ts';
import { Stage } from '../played/stage.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { needsMet } from '../runner/environment.ts';
import { adapterTarget } from '../target/adapter-target.ts';
import { level0Target } from '../target/level0.ts';
import type { Target, TargetError } from '../target/target.ts';
import type { Child, Command } from './child.ts';
import { startAdapter } from './child.ts';
import { readText } from './files.ts';

/** Where the target's adapter or role is, and the tester's own side of it. */
export interface Place {
  readonly at: Endpoint;
  /** `embedded` for the reference that was started for the occasion. */
  readonly name: string;
  readonly sources: readonly Ip[];
  /** That of the sources which has the family of the target. */
  readonly own: Ip;
  readonly has: ReadonlySet<Need>;
  /** Ends what was started for it. */
  end(): Promise<void>;
}

/** A target within reach. */
export interface Reached extends Place {
  readonly target: Target;
}

export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));

const EMBEDDED: Command = ['reference/bin.js', 'adapter', '--listen', '127.0.0.1:0'];

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
  const met = await needsMet(udpNet(), sources);
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
 * @throws Mistake if it can't be had.
 */
export async function reachTarget(
  reach: Reach,
  options: ReachOptions,
  net: Net,
  tap?: Tap,
): Promise<Reached> {
  const place = await placeOf(reach);
  try {
    const target = withoutAdapter(options)
      ? await level0(reach, place.at, options, net, tap)
      : await behindAdapter(place, options, net);
    return { ...place, target };
  } catch (error) {
    await place.end();
    throw error;
  }
}

async function behindAdapter(
  { at, own, sources, has, name }: Place,
  { tokenFile }: ReachOptions,
  net: Net,
): Promise<Target> {
  const here = LOOPBACK_LISTEN.filter((ip) => family(ip) === 4 || has.has('ipv6'));
  return await adapterTarget({
    net,
    adapter: at,
    local: { ip: own, port: 0 },
    random: systemRandom,
    ...(tokenFile !== undefined && { token: await readToken(tokenFile) }),
    name,
    sources,
    listen: isLoopback(at.ip) ? here : [at.ip],
  });
}

function withoutAdapter({ config, secretFile }: ReachOptions): boolean {
  return config !== undefined || secretFile !== undefined;
}

async function level0(
  reach: Reach,
  at: Endpoint,
  options: ReachOptions,
  net: Net,
  tap: Tap | undefined,
): Promise<Target> {
  const config = await configOf(reach, at, options);
  const others = (config.advertise ?? config.listen).map(parseEndpoint);
  const alsoAt = others.find(
    (other) => other !== undefined && other.port !== 0 && family(other.ip) !== family(at.ip),
  );
  const between = { caseId: 'between cases', net, timeout: 2000, requirement: '' };
  const stage = new Stage({ ...between, ...(tap && { tap }) });
  stage.startRow(systemRandom);
  return await level0Target({
    target: at,
    ...(alsoAt && { alsoAt }),
    config,
    ...(reach.listen.length > 0 && { listen: reach.listen }),
    stage,
  });
}

/** Read, or derived from the secret in the same way as `provision` did. */
async function configOf(
  { listen }: Reach,
  at: Endpoint,
  { config, secretFile }: ReachOptions,
): Promise<ProvisionedRelay> {
  if (config !== undefined) return readProvisioned(await readText(config), config);
  const file = secretFile ?? '';
  const [first, second] = listen.length === 0 ? DEFAULT_DCS : listen;
  if (first === undefined || second === undefined)
    throw new Mistake('--listen needs two endpoints, for DC 1 and DC 2: HOST:PORT,HOST:PORT.');
  const testSecret = readSecret(await readText(file), file);
  return provision('rs-s', { testSecret, listen: [at], dcs: [[first], [second]] });
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
async function localAddress(target: Endpoint): Promise<Ip> {
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
