/** Any network with seeded faults on the way between its sockets and everybody else. */
import type { Endpoint } from '../address.ts';
import { formatEndpoint } from '../address.ts';
import type { Impairment } from './impairment.ts';
import { Direction } from './impairment.ts';
import type { Net, OnDatagram, Socket } from './net.ts';
import { Xoshiro128 } from './xoshiro.ts';

/** Directions between two endpoints that are remembered; the oldest is begun anew. */
const MOST_DIRECTIONS = 4096;

/**
 * The network with faults in both directions; what goes from one of its own sockets to another one has none.
 * @param seed any text. Where the same is sent in the same order the faults are the same.
 */
export function impairedNet(net: Net, faults: Impairment, seed: string): Net {
  const own = new Set<string>();
  const directions = new Map<string, Direction>();
  const direction = (name: string): Direction => {
    let found = directions.get(name);
    if (found === undefined) {
      found = new Direction(new Xoshiro128(`${seed} ${name}`));
      directions.set(name, found);
      const [oldest] = directions.keys();
      if (directions.size > MOST_DIRECTIONS && oldest !== undefined) directions.delete(oldest);
    }
    return found;
  };
  /** Hands a datagram on when it has arrived: never, once or twice. */
  const pass = (name: string, bytes: Uint8Array, hand: (bytes: Uint8Array) => void): void => {
    const copy = bytes.slice();
    for (const at of direction(name).arrivals(net.now(), faults)) net.schedule(at, () => hand(copy));
  };
  return {
    now: () => net.now(),
    schedule: (at, callback) => net.schedule(at, callback),
    streams: net.streams,
    async bind(local: Endpoint, onDatagram: OnDatagram): Promise<Socket> {
      let isOpen = true;
      const socket = await net.bind(local, (bytes, from) => {
        const name = formatEndpoint(from);
        if (own.has(name)) return onDatagram(bytes, from);
        pass(`${name} in`, bytes, (arrived) => {
          if (isOpen) onDatagram(arrived, from);
        });
      });
      const name = formatEndpoint(socket.local);
      own.add(name);
      return {
        local: socket.local,
        send(bytes, to) {
          if (own.has(formatEndpoint(to))) return socket.send(bytes, to);
          pass(`${name} ${formatEndpoint(to)}`, bytes, (sent) => {
            if (isOpen) socket.send(sent, to);
          });
        },
        close() {
          isOpen = false;
          own.delete(name);
          return socket.close();
        },
      };
    },
  };
}
