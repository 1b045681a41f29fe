/** A network in virtual time, closed at the end of the test. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Net, OnDatagram } from '../../reference/net/net.ts';
import type { T } from '../tap.ts';

interface Due {
  at: number;
  callback: () => void;
}

export function virtualNet(t: T): Net {
  const sockets = new Map<string, OnDatagram>();
  const due = new Set<Due>();
  let now = 0;
  let over = false;
  t.teardown(() => {
    over = true;
  });
  const schedule = (at: number, callback: () => void) => {
    const entry = { at, callback };
    due.add(entry);
    return () => due.delete(entry);
  };
  const step = () => {
    if (over) return;
    let next: Due | undefined;
    for (const entry of due) if (next === undefined || entry.at < next.at) next = entry;
    if (next !== undefined) {
      due.delete(next);
      now = Math.max(now, next.at);
      next.callback();
    }
    setImmediate(step);
  };
  setImmediate(step);
  return {
    now: () => now,
    schedule,
    bind(local: Endpoint, onDatagram: OnDatagram) {
      sockets.set(formatEndpoint(local), onDatagram);
      return Promise.resolve({
        local,
        send(bytes: Uint8Array, to: Endpoint) {
          const copy = bytes.slice();
          schedule(now + 1, () => sockets.get(formatEndpoint(to))?.(copy, local));
        },
        close() {
          sockets.delete(formatEndpoint(local));
          return Promise.resolve();
        },
      });
    },
  };
}
