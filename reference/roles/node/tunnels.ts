/** From a Route Direction to the node's end of the path. */
import type { Ip } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import type { NodeConfig } from '../../config/node.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random } from '../../core.ts';
import type { RouteDirection } from '../../wire/messages.ts';
import { Part } from '../../wire/registry.ts';
import type { CandidateRules } from '../tunnel/candidates.ts';
import { Tunnel } from '../tunnel/tunnel.ts';
import { contentOf } from './judge.ts';
import type { Location } from './location.ts';
import { Path } from './path.ts';

const PARTS = { [Part.initiate]: 'initiate', [Part.await]: 'await', [Part.both]: 'both' } as const;

export interface MakerParts {
  readonly config: NodeConfig;
  readonly timers: Timers;
  readonly random: Random;
  readonly location: Location;
  /** What candidates of peers are judged by. [OPT-08] */
  readonly rules: CandidateRules;
  /** Own virtual addresses. */
  readonly own: () => readonly Ip[];
}

/** Makes paths of directions that were judged good: their far end is a node, their relay an RS-S. */
export function pathMaker(
  parts: MakerParts,
): (direction: RouteDirection, name: string | undefined, now: Instant) => Path {
  const { config, timers, random, location, rules, own } = parts;
  return (direction, name, now) => {
    const { pathId, pathSecret, suite, part, peer, candidates, relay, replaces, lifetime } = direction;
    if (peer === undefined) throw new Error('a direction without a peer was judged good');
    const addresses = peer.virtualAddresses ?? [];
    const tunnel = new Tunnel(
      {
        pathId,
        secret: pathSecret,
        suite,
        part: PARTS[part],
        self: fromHex(config.nodeId),
        peer: peer.nodeId,
        own: own(),
        peerAddresses: addresses,
        candidates: candidates ?? [],
        isRelayOnly: config.features.includes('relay-only'),
        places: () => ({ real: location.real(own()), observed: location.seen() }),
        rules,
        relay: relay?.leg && {
          nodeId: relay.nodeId,
          endpoints: relay.endpoints,
          legId: relay.leg.legId,
          legSecret: relay.leg.legSecret,
        },
        lifetime: lifetime * 1000,
        isNatted: (version) => location.isNatted(version),
        families: () => location.families(),
        timers,
        createdAt: now,
      },
      random,
    );
    return new Path(
      {
        pathId,
        content: contentOf(direction),
        peer: peer.nodeId,
        instance: peer.instance && toHex(peer.instance),
        name: name ?? peer.fqdn,
        addresses,
        relays: relay?.endpoints ?? [],
        replaces: replaces && toHex(replaces),
        isInitiator: part !== Part.await,
        directedAt: now,
      },
      tunnel,
    );
  };
}
