/** From a Route Direction to the node's end of the path. */
import type { Ip } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import type { NodeConfig } from '../../config/node.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant, Random } from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import type { AddressSet, InnerPacket } from '../../packet/inner.ts';
import type { RouteDirection } from '../../wire/messages.ts';
import { Part } from '../../wire/registry.ts';
import type { CandidateRules } from '../tunnel/candidates.ts';
import { Tunnel } from '../tunnel/tunnel.ts';
import { farEndOf } from './far-end.ts';
import type { Goal } from './goal.ts';
import { contentOf } from './judge.ts';
import type { Location } from './location.ts';
import { Path } from './path.ts';

const PARTS = { [Part.initiate]: 'initiate', [Part.await]: 'await', [Part.both]: 'both' } as const;

export interface MakerParts {
  readonly config: NodeConfig;
  readonly timers: Timers;
  readonly random: Random;
  /** What makes the AEADs of paths; the runtime if not given. */
  readonly aeads: MakeAead | undefined;
  readonly location: Location;
  /** What candidates of peers are judged by. [OPT-08] */
  readonly rules: CandidateRules;
  /** Own virtual addresses. */
  readonly own: () => readonly Ip[];
  /** What packets may come from where an RS-T was asked for no peer. [NODE-11] */
  readonly general: AddressSet;
  /** Sees what goes to general peers. [HO-09] */
  readonly watch: (inner: InnerPacket) => boolean;
}

/** Makes paths of directions that were judged good; an RS-N or RS-T is the far end itself, where a node is reached. */
export function pathMaker(
  parts: MakerParts,
): (direction: RouteDirection, goal: Goal | undefined, now: Instant) => Path {
  const { config, timers, random, aeads, location, rules, own } = parts;
  return (direction, goal, now) => {
    const { pathId, pathSecret, suite, part, peer, candidates, relay, replaces, lifetime } = direction;
    const end = farEndOf(direction, goal);
    if (end === undefined) throw new Error('a direction to nobody was judged good');
    const isNode = peer !== undefined;
    const tunnel = new Tunnel(
      {
        pathId,
        secret: pathSecret,
        suite,
        aeads,
        part: PARTS[part],
        self: fromHex(config.nodeId),
        peer: end.nodeId,
        peerRole: isNode ? 'node' : 'rs',
        own: end.lent === undefined ? own() : [end.lent],
        peerAddresses: end.isNamed ? end.addresses : parts.general,
        watch: isNode ? undefined : parts.watch,
        candidates: (isNode ? candidates : relay?.endpoints) ?? [],
        isRelayOnly: isNode && config.features.includes('relay-only'),
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
        end,
        instance: peer?.instance && toHex(peer.instance),
        goal,
        relays: relay?.endpoints ?? [],
        replaces: replaces && toHex(replaces),
        isInitiator: part !== Part.await,
        directedAt: now,
      },
      tunnel,
    );
  };
}
