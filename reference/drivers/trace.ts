import { appendFileSync, writeFileSync } from 'node:fs';
import type { Endpoint } from '../address.ts';
import type { Net, OnDatagram, Socket } from '../net/net.ts';
import { traceRecord } from '../trace/record.ts';
import { UsageError } from './config.ts';

/**
 * A network that writes a line to a file for each datagram that goes or comes. A line that cannot be written any
 * more is lost.
 * @param self what to call the party whose network it is
 * @throws UsageError if the file cannot be made
 */
export function tracedNet(net: Net, self: string, file: string): Net {
  try {
    writeFileSync(file, '');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: cannot be written (${code}): check the path and its permissions`);
  }
  const epoch = Date.now() - net.now();
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
