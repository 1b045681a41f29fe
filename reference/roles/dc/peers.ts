/** Everybody whom a DC has an association with, and the contexts by which they are known. */
import type { Endpoint } from '../../address.ts';
import { parseIp, sameEndpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import type { ChannelTimers } from '../../channel/types.ts';
import type { DcConfig } from '../../config/dc.ts';
import type { Timers } from '../../config/timers.ts';
import type { Random } from '../../core.ts';
import { parsePrefix } from '../../locator.ts';
import { RelayKind, Suite } from '../../wire/registry.ts';
import type { AssociationConfig } from '../association/association.ts';
import { Association } from '../association/association.ts';
import { ANSWERS_BOUND, channelTimers, endpoints } from '../settings.ts';
import { Aliases } from './aliases.ts';
import type { DcPeer, NodePeer, Peer } from './parts.ts';

type Settings = DcConfig['associations'][number];
type Kind = DcConfig['access']['relayKinds'][number];

const KINDS = { S: RelayKind.s, N: RelayKind.n, T: RelayKind.t } as const;

export class Peers {
  readonly all: readonly Peer[];
  private readonly random: Random;
  private readonly contexts = new Map<string, Peer>();
  private readonly aliases = new Map<Peer, Aliases>();
  private readonly names = new Map<string, NodePeer>();
  private readonly zones = new Map<string, DcPeer>();

  constructor(config: DcConfig, timers: Timers, usable: (endpoint: Endpoint) => boolean, random: Random) {
    this.random = random;
    const channel = channelTimers(timers, 'association');
    const offered = offeredTo(config);
    this.all = config.associations.map((settings, index) => {
      const association = new Association(associationOf(config, settings, timers, channel, usable), random);
      const peer = peerOf(settings, association, index, config.access.relayKinds, offered);
      this.contexts.set(settings.id, peer);
      if (peer.is === 'node') this.names.set(peer.name, peer);
      else if (peer.is === 'dc')
        for (const zone of peer.zones) if (!this.zones.has(zone)) this.zones.set(zone, peer);
      return peer;
    });
  }

  /** @param context as lower-case hex */
  find(context: string): Peer | undefined {
    return this.contexts.get(context);
  }

  /** The node that has a name. */
  named(name: string): NodePeer | undefined {
    return this.names.get(name);
  }

  /** The DC that has a zone. [DC-26] */
  ofZone(zone: string): DcPeer | undefined {
    return this.zones.get(zone);
  }

  /** The aliases that a node is told with a registration. @param isTaken whether an ID is a path's or leg's */
  aliasesFor(peer: NodePeer, isTaken: (id: string) => boolean): readonly Uint8Array[] {
    const aliases = this.aliases.get(peer) ?? new Aliases();
    this.aliases.set(peer, aliases);
    const admit = (alias: string): boolean => {
      if (isTaken(alias) || this.contexts.has(alias)) return false;
      this.contexts.set(alias, peer);
      return true;
    };
    const context = toHex(peer.association.channel.ownContext());
    return aliases.give(context, this.random, admit, (alias) => this.contexts.delete(alias));
  }
}

/** Kinds that its nodes may ask for: N and T only where some relay may be one. [DC-16, DC-17] */
function offeredTo({ access, associations }: DcConfig): readonly Kind[] {
  const provisioned = new Set(associations.flatMap((one) => (one.peerRole === 'rs' ? one.kinds : [])));
  return access.relayKinds.filter((kind) => kind === 'S' || provisioned.has(kind));
}

function peerOf(
  settings: Settings,
  association: Association,
  index: number,
  allowed: readonly Kind[],
  offered: readonly Kind[],
): Peer {
  const base = { association, nodeId: settings.peer, index };
  switch (settings.peerRole) {
    case 'node':
      return {
        ...base,
        is: 'node',
        name: settings.name,
        offered: kindsOf(settings.relayKinds ?? offered, offered),
      };
    case 'rs': {
      const kinds = kindsOf(settings.kinds, allowed);
      return { ...base, is: 'rs', kinds, lent: (settings.pool ?? []).flatMap((text) => parseIp(text) ?? []) };
    }
    case 'dc': {
      const prefixes = settings.prefixes.flatMap((text) => parsePrefix(text) ?? []);
      return { ...base, is: 'dc', zones: settings.zones, prefixes };
    }
  }
}

function kindsOf(kinds: readonly Kind[], allowed: readonly Kind[]): readonly RelayKind[] {
  return kinds.filter((kind) => allowed.includes(kind)).map((kind) => KINDS[kind]);
}

function associationOf(
  config: DcConfig,
  settings: Settings,
  timers: Timers,
  channel: ChannelTimers,
  usable: (endpoint: Endpoint) => boolean,
): AssociationConfig {
  const provisioned = endpoints(settings.endpoints);
  return {
    channel: {
      kind: 'association',
      id: fromHex(settings.id),
      secret: fromHex(settings.secret),
      suite: Suite.chacha20Poly1305,
      self: fromHex(config.nodeId),
      peer: fromHex(settings.peer),
      opens: 'either',
      selfRole: 'dc',
      peerRole: settings.peerRole,
      followsContext: settings.peerRole === 'node',
      addressing: 'one-a-family',
      usable,
      isProvisioned: (endpoint) => provisioned.some((known) => sameEndpoint(known, endpoint)),
      timers: channel,
    },
    endpoints: provisioned,
    answerCache: timers['answer-cache'],
    answerBound: ANSWERS_BOUND,
    // FED-15: beyond its start a DC opens when it has something to send, and waits for that if nobody answers.
    retryMin: Number.POSITIVE_INFINITY,
    retryMax: Number.POSITIVE_INFINITY,
  };
}

/** A peer as what it is; the table of messages lets nobody else say this. [GEN-18] */
export function its<Is extends Peer['is']>(peer: Peer, is: Is): Extract<Peer, { is: Is }> {
  if (peer.is !== is) throw new Error(`a ${peer.is} passed for a ${is}`);
  return peer as Extract<Peer, { is: Is }>;
}
