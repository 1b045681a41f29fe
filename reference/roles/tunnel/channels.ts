/** The channels of a path's end. */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import type { ChannelConfig, Routing } from '../../channel/types.ts';
import { Suite } from '../../wire/registry.ts';
import { channelTimers } from '../settings.ts';
import type { TunnelConfig } from './types.ts';

/** The channel to the path's far end; its addresses are the path's routes. */
export function pathChannel(config: TunnelConfig, routing: Routing): ChannelConfig {
  const { pathId, secret, suite, self, peer, relay, usable, timers } = config;
  return {
    kind: 'path',
    id: pathId,
    secret,
    suite,
    self,
    peer,
    opens: 'either',
    followsContext: false,
    addressing: routing,
    selfRole: 'node',
    peerRole: 'node',
    usable,
    // The far end is reached there as soon as the leg is open; nobody led this end there.
    isProvisioned: isOneOf(relay?.endpoints ?? []),
    timers: channelTimers(timers, 'path'),
  };
}

/** The channel to the path's RS-S. [KEY-28, KEY-45] */
export function legChannel(config: TunnelConfig, relay: NonNullable<TunnelConfig['relay']>): ChannelConfig {
  const { self, usable, timers } = config;
  return {
    kind: 'leg',
    id: relay.legId,
    secret: relay.legSecret,
    suite: Suite.chacha20Poly1305,
    self,
    peer: relay.nodeId,
    opens: 'self',
    followsContext: false,
    addressing: 'one',
    selfRole: 'node',
    peerRole: 'rs',
    usable,
    isProvisioned: isOneOf(relay.endpoints),
    timers: channelTimers(timers, 'leg'),
  };
}

function isOneOf(endpoints: readonly Endpoint[]): (endpoint: Endpoint) => boolean {
  return (endpoint) => endpoints.some((known) => sameEndpoint(known, endpoint));
}
