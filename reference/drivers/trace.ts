import { appendFileSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import type { Endpoint } from '../address.ts';
import type { Net, OnDatagram, Socket } from '../net/net.ts';
import { traceRecord } from '../trace/record.ts';
import { UsageError } from './config.ts';

/**
 * A network that writes a line to a file for each datagram that goes or comes. In it the party is called what the
 * file is called, without its extension. A line that cannot be written any more is lost.
 * @throws UsageError if the file cannot be made
 */
export function tracedNet(net: Net, file: string): Net {
  try {
    writeFileSync(file, '');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: cannot be written (${code}): check the path and its permissions`);
  }
  const self = parse(file).name;
  const epoch = epochOf(net);
  const note = (way: 'sent' | 'received', from: Endpoint, to: Endpoint, bytes: Uint8Array): void => {
    const t = Math.round(1000 * (epoch + net.now())) / 1000;
    try {
      appendFileSync(file, `${JSON.stringify(traceRecord({ t, self, way, from, to }, bytes))}\n`);
    } catch {
      // The disk is full, or the folder gone: no reason to stop a role that works.
    }
  };
  return {
    now: () => net.now(),
    schedule: (at, callback) => net.schedule(at, callback),
    streams: net.streams,
    bind: async (local: Endpoint, onDatagram: OnDatagram): Promise<Socket> => {
      const socket = await net.bind(local, (bytes, from) => {
        note('received', from, socket.local, bytes);
        onDatagram(bytes, from);
      });
      return {
        local: socket.local,
        send: (bytes, to) => {
          note('sent', socket.local, to, bytes);
          socket.send(bytes, to);
        },
        close: () => socket.close(),
      };
    },
  };
}

/**
 * What to add to the network's clock to get milliseconds since 1970, so exactly that the traces of several programs
 * can be put in order. A pause between two readings makes it less, so the most of some is right.
 */
function epochOf(net: Net): number {
  const samples = Array.from({ length: 5 }, () => {
    const before = Date.now();
    let tick = before;
    while (tick === before) tick = Date.now();
    return tick - net.now();
  });
  return Math.max(...samples);
}
