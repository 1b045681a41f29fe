/** A tester that others find somewhere else than where its sockets are bound: behind a NAT, or on all addresses. */
import type { Endpoint } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import type { Net } from '../../reference/net/net.ts';
import { isAnyAddress, loopback } from '../command/addresses.ts';

/** One place of the tester's. Port 0: every port, each of them the same outside. */
export interface OutsidePlace {
  /** Where others find it, and what it says of itself. */
  readonly outside: Endpoint;
  /** Where its sockets are bound. */
  readonly inside: Endpoint;
}

/** The network as seen from outside: who binds a place there is bound inside, and hears nothing of it. */
export function outsideNet(net: Net, places: readonly OutsidePlace[]): Net {
  const insideOf = ({ ip, port }: Endpoint): Endpoint | undefined => {
    const place = places.find(
      ({ outside }) => outside.ip === ip && (outside.port === 0 || outside.port === port),
    );
    return place && { ip: place.inside.ip, port: place.inside.port === 0 ? port : place.inside.port };
  };
  return {
    now: () => net.now(),
    schedule: (at, callback) => net.schedule(at, callback),
    streams: net.streams,
    async bind(local, onDatagram) {
      const inside = insideOf(local);
      if (inside === undefined) return await net.bind(local, onDatagram);
      const socket = await net.bind(inside, onDatagram);
      const here = local.port === 0 ? { ip: local.ip, port: socket.local.port } : local;
      return {
        local: here,
        // What it sends to itself would come back from few NATs.
        send: (bytes, to) => socket.send(bytes, withinReach(insideOf(to)) ?? to),
        close: () => socket.close(),
      };
    },
  };
}

/** Nobody is at the address that stands for all of a host. */
function withinReach(endpoint: Endpoint | undefined): Endpoint | undefined {
  if (endpoint === undefined || !isAnyAddress(endpoint.ip)) return endpoint;
  return { ip: loopback(family(endpoint.ip)), port: endpoint.port };
}
