/** Real UDP, by one of several ways to have the sockets of the system. */
import { readFileSync } from 'node:fs';
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import type { Net } from '../net.ts';
import { NetError } from '../net.ts';
import { dropsOf } from '../proc-udp.ts';
import { bindBun, hasBun } from './bun.ts';
import { bindDeno, hasDenoDatagrams } from './deno.ts';
import { bindDgram } from './dgram.ts';
import { bindMmsg } from './mmsg.ts';
import { loadCalls } from './mmsg-calls.ts';
import type { Bind, CountedSocket, SocketCounts } from './parts.ts';
import { scheduleAt } from './schedule.ts';
import { tcpStreams } from './tcp.ts';

/** `dgram`: node:dgram; `bun`: Bun.udpSocket; `deno`: Deno.listenDatagram; `mmsg`: recvmmsg and sendmmsg of Linux. */
export type Backend = 'dgram' | 'bun' | 'deno' | 'mmsg';

export type UdpChoice = Backend | 'auto';

interface Kind {
  readonly bind: Bind;
  /** One line that says why it is not to be had here, if so. */
  readonly missing: () => string | undefined;
}

const kinds: Record<Backend, Kind> = {
  dgram: { bind: bindDgram, missing: () => undefined },
  bun: { bind: bindBun, missing: () => (hasBun() ? undefined : 'it needs Bun') },
  deno: {
    bind: bindDeno,
    missing: () => (hasDenoDatagrams() ? undefined : 'it needs Deno, started with --unstable-net'),
  },
  mmsg: { bind: bindMmsg, missing: () => loadCalls().missing },
};

/**
 * Of several the first that is to be had. Not Bun.udpSocket: what is sent by one socket after another did not always
 * go out in that order, and a suite that plays many parties in one process gained nothing by it.
 */
const automatic: readonly Backend[] = ['deno', 'dgram'];

/** What can be asked for. */
export const backendNames: readonly string[] = [...Object.keys(kinds), 'auto'];

/** Those that this runtime has. */
export function backends(): readonly Backend[] {
  return (Object.keys(kinds) as Backend[]).filter((name) => kinds[name].missing() === undefined);
}

/** One line that says why a way is not to be had here, if so. */
export function missingFor(name: Backend): string | undefined {
  return kinds[name].missing();
}

/** The network of this machine, and which way it was had. */
export interface UdpNet extends Net {
  readonly backend: Backend;
  readonly bind: Bind;
  /** What the sockets that are open have done so far. */
  counts(): readonly (SocketCounts & { readonly local: Endpoint })[];
}

/**
 * The network of this machine. Its clock is that of the process.
 * @param name the way to have sockets; what fits the runtime if not given
 * @throws NetError if this runtime has not got it.
 */
export function udpNet(name: UdpChoice = 'auto'): UdpNet {
  const [first = 'dgram'] = automatic.filter((each) => kinds[each].missing() === undefined);
  const backend = name === 'auto' ? first : name;
  const missing = kinds[backend].missing();
  if (missing !== undefined) throw new NetError(`UDP by "${backend}" is not to be had: ${missing}`);
  const open = new Set<CountedSocket>();
  return {
    backend,
    now: () => performance.now(),
    schedule: scheduleAt,
    streams: tcpStreams,
    counts: () => [...open].map(countsOf),
    bind: async (local, onDatagram) => {
      const socket = await kinds[backend].bind(local, onDatagram);
      open.add(socket);
      const close = socket.close.bind(socket);
      socket.close = () => close().finally(() => open.delete(socket));
      return socket;
    },
  };
}

function countsOf(socket: CountedSocket): SocketCounts & { readonly local: Endpoint } {
  const counts = socket.counts();
  return { local: socket.local, ...counts, dropped: counts.dropped ?? droppedBySystem(socket.local) };
}

/** @returns undefined where the system does not tell */
function droppedBySystem(local: Endpoint): number | undefined {
  try {
    return dropsOf(readFileSync(family(local.ip) === 4 ? '/proc/net/udp' : '/proc/net/udp6', 'utf8'), local);
  } catch {
    return undefined;
  }
}
