/** Real UDP, by one of several ways to have the sockets of the system. */
import type { Net } from '../net.ts';
import { bindDgram } from './dgram.ts';
import { scheduleAt } from './schedule.ts';
import { tcpStreams } from './tcp.ts';

/** The network of this machine. Its clock is that of the process. */
export function udpNet(): Net {
  return { bind: bindDgram, now: () => performance.now(), schedule: scheduleAt, streams: tcpStreams };
}
