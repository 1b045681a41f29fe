/** A network whose sockets are read at different paces: no operating system promises which of two is read first. */
import type { Net } from '../../reference/net/net.ts';
import { Xoshiro128 } from '../../reference/net/xoshiro.ts';
import type { BenchOptions } from '../conformance/bench.ts';

/** Milliseconds between a datagram's arrival and its reading, at most. */
const SLOWEST = 10;

/** Whose sockets are read unevenly, by the name of the network: the tester's, the target's, those to the adapter. */
export const UNEVEN: Readonly<Record<string, (net: Net) => BenchOptions>> = {
  'uneven-tester': (net) => ({ environment: { net } }),
  'uneven-target': (net) => ({ reference: { net } }),
  'uneven-control': (net) => ({ control: net }),
};

/**
 * The network for one side of a test, each of whose sockets is read later than its datagrams come, by a delay of its own.
 * What comes to one socket stays in order; what comes to two does not.
 * @param seed any text; by it and the order of binding each socket has its delay
 */
export function unevenNet(net: Net, seed: string): Net {
  const random = new Xoshiro128(`uneven ${seed}`);
  return {
    now: () => net.now(),
    schedule: (at, callback) => net.schedule(at, callback),
    streams: net.streams,
    async bind(local, onDatagram) {
      const late = random.unit() * SLOWEST;
      let isOpen = true;
      const socket = await net.bind(local, (bytes, from) => {
        const copy = bytes.slice();
        net.schedule(net.now() + late, () => {
          if (isOpen) onDatagram(copy, from);
        });
      });
      return {
        local: socket.local,
        send: (bytes, to) => socket.send(bytes, to),
        close() {
          isOpen = false;
          return socket.close();
        },
      };
    },
  };
}
