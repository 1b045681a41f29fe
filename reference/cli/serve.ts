import process from 'node:process';
import { formatEndpoint } from '../address.ts';
import type { RoleConfig } from '../config/schema.ts';
import { endpointFrom } from '../config/schema.ts';
import type { Note } from '../core.ts';
import type { MakeAead } from '../crypto/aead.ts';
import type { DnsServer } from '../drivers/dns-server.ts';
import { serveDns } from '../drivers/dns-server.ts';
import { currentEndpoints, followAddresses, isFollowing } from '../drivers/host-addresses.ts';
import { noteLog } from '../drivers/log.ts';
import type { Running, RunOptions } from '../drivers/loop.ts';
import { runRole } from '../drivers/loop.ts';
import { tracedNet } from '../drivers/trace.ts';
import { nativeAeads } from '../ffi/aead.ts';
import type { Net } from '../net/net.ts';
import type { UdpChoice } from '../net/udp/udp.ts';
import { backends, udpNet } from '../net/udp/udp.ts';
import type { TunFlags } from './tun.ts';
import { tunFor } from './tun.ts';
import { closedNotes, openedNotes } from './udp.ts';
import { untilStopped } from './until-stopped.ts';

/** Options of every role's command. */
export interface RoleOptions extends TunFlags {
  readonly config: string;
  /** The file for the trace. */
  readonly trace?: string;
  /** By what it has its sockets; what fits the runtime if not given. */
  readonly udp?: UdpChoice;
  /** Log what is refused in good order too, and what goes through the sockets. */
  readonly verbose?: true;
}

export interface Served extends Pick<RunOptions, 'store' | 'lookUp'> {
  readonly config: RoleConfig;
  /** Makes it; without AEADs for its paths those of the runtime do. */
  readonly create: (aeads: MakeAead | undefined) => Pick<RunOptions, 'role' | 'table' | 'tunnels'>;
  /** Sees the notes that are logged. */
  readonly onNote?: (note: Note) => void;
  /** The MTU of its interface, if it is not that of a tunnel. */
  readonly mtu?: number;
  /** Takes an inner packet for this host, and sends others, where it has no interface. */
  readonly onPacket?: (packet: Uint8Array, answer: (packet: Uint8Array) => void) => void;
  /** Where it takes DNS queries. */
  readonly dns?: readonly string[];
  /** Done once it runs; what it returns undoes it. */
  readonly onReady?: (() => () => void) | undefined;
  /** What the command is for; if not given it runs until it is told to end. */
  readonly during?: ((running: Running) => Promise<number>) | undefined;
}

/** Runs a role until it is told to end, or what it is run for is over; the exit status. */
export async function serve(served: Served, options: RoleOptions): Promise<number> {
  const { config, create, onNote, onPacket, dns = [], during, mtu, onReady, ...parts } = served;
  const stopped = untilStopped();
  // An interface is read in the same way, and both are quickest together.
  const way = options.udp ?? 'auto';
  const udp = udpNet(
    way === 'auto' && options.tun !== undefined && backends().includes('mmsg') ? 'mmsg' : way,
  );
  const net = options.trace === undefined ? udp : tracedNet(udp, options.trace);
  const isVerbose = options.verbose ?? false;
  const log = noteLog({ isVerbose });
  const note = (noted: Note): void => {
    log(noted);
    onNote?.(noted);
  };
  let running: Running | undefined;
  const { role } = config;
  const isQuick = udp.backend === 'mmsg';
  const tun = tunFor({ role, flags: options, ...(mtu && { mtu }), isQuick }, (packet) =>
    running?.packet(packet),
  );
  const take = (packet: Uint8Array): void => onPacket?.(packet, (answer) => running?.packet(answer));
  const host =
    tun === undefined
      ? { onPacket: take }
      : { onPacket: tun.write.bind(tun), onInterface: tun.set.bind(tun) };
  const follow = { listen: config.listen.map(endpointFrom), except: tun?.name };
  const isMobile = config.advertise === undefined && isFollowing(follow.listen);
  const listen = isMobile ? currentEndpoints(follow) : follow.listen;
  let server: DnsServer | undefined;
  let undo: (() => void) | undefined;
  try {
    // Interface and such sockets copy what they are given, so that memory may be used again.
    const made = create(tun && nativeAeads(isQuick).found);
    running = await runRole({ ...parts, ...made, net, listen, onNote: note, ...host });
    server = await serveQueries(net, running, dns);
    undo = onReady?.();
  } catch (fault) {
    tun?.close();
    throw fault;
  }
  if (config.testProfile !== undefined) process.stderr.write(`${config.role}: ${TEST_PROFILE}\n`);
  process.stdout.write(`${config.role} ready on ${running.local.map(formatEndpoint).join(', ')}\n`);
  if (tun !== undefined) process.stdout.write(`${role} has the interface ${tun.name}\n`);
  if (server !== undefined)
    process.stdout.write(`${config.role} answers DNS on ${server.local.map(formatEndpoint).join(', ')}\n`);
  if (isVerbose) for (const opened of openedNotes(udp)) log(opened);
  const moved = running.addresses.bind(running);
  const unfollow = isMobile ? followAddresses(follow, listen, moved) : undefined;
  const over = stopped.then(() => 0);
  const status = await (during === undefined ? over : Promise.race([over, during(running)]));
  unfollow?.();
  undo?.();
  for (const closed of closedNotes(udp, isVerbose)) log(closed);
  await server?.close();
  await running.stop();
  tun?.close();
  return status;
}

/** @throws NetError if an endpoint cannot be bound; nothing runs then. */
async function serveQueries(
  net: Net,
  running: Running,
  dns: readonly string[],
): Promise<DnsServer | undefined> {
  if (dns.length === 0) return undefined;
  const ask = running.query.bind(running);
  try {
    return await serveDns({ net, listen: dns.map(endpointFrom), ask });
  } catch (fault) {
    await running.stop({ hard: true });
    throw fault;
  }
}

/** [GEN-16] */
const TEST_PROFILE = 'the test profile is on: addresses count as it says, not for use in the open';
