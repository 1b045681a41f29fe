/** The channels of a path's end. */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import type { ChannelConfig, Routing } from '../../channel/types.ts';
import { Suite } from '../../wire/registry.ts';
import { channelTimers } from '../settings.ts';
import type { TunnelConfig } from './types.ts';

/**
 * The channel to the path's far end; its addresses are the path's routes.
 * @param isCandidate whether the far end was said to be there, so that it is looked for there. [OPT-02]
 */
export function pathChannel(
  config: TunnelConfig,
  routing: Routing,
  isCandidate: (endpoint: Endpoint) => boolean,
): ChannelConfig {
  const { pathId, secret, suite, aeads, self, peer, peerRole, relay, rules, timers } = config;
  const isRelay = isOneOf(relay?.endpoints ?? []);
  return {
    kind: 'path',
    id: pathId,
    secret,
    suite,
    aeads,
    self,
    peer,
    opens: 'either',
    followsContext: false,
    addressing: routing,
    selfRole: 'node',
    peerRole,
    usable: rules.usable,
    // The far end is reached there as soon as the leg is open; nobody led this end there.
    isProvisioned: (endpoint) => isRelay(endpoint) || isCandidate(endpoint),
    timers: channelTimers(timers, 'path'),
  };
}

/** The channel to the path's RS-S. [KEY-28, KEY-45] */
export function legChannel(config: TunnelConfig, relay: NonNullable<TunnelConfig['relay']>): ChannelConfig {
  const { self, rules, timers } = config;
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
    usable: rules.usable,
    isProvisioned: isOneOf(relay.endpoints),
    timers: channelTimers(timers, 'leg'),
  };
}

function isOneOf(endpoints: readonly Endpoint[]): (endpoint: Endpoint) => boolean {
  return (endpoint) => endpoints.some((known) => sameEndpoint(known, endpoint));
}
