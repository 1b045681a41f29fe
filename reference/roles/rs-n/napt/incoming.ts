/** From the general side to a node. [RSN-03, RSN-09] */
import { ipFromBytes } from '../../../address.ts';
import type { Instant } from '../../../core.ts';
import { routeRefused, timeExceeded } from '../../../packet/errors.ts';
import type { Head } from '../../../packet/head.ts';
import { readHead, sourceOf } from '../../../packet/head.ts';
import type { Reassembly } from '../../../packet/reassembly.ts';
import { isFragment } from '../../../packet/reassembly.ts';
import type { Layer } from '../../../refusal.ts';
import { readAbout, translateError } from './errors.ts';
import { fit, fits, tooBig } from './fit.ts';
import type { Flow } from './flow.ts';
import { flowOf, isError } from './flow.ts';
import { useFrom } from './mappings.ts';
import type { Mapping, Outside, Path, Use } from './records.ts';
import { isAt } from './records.ts';
import { firstState, isPlain } from './tcp.ts';
import { translate } from './translate.ts';
import type { InOutcome, QuickIn } from './types.ts';
import type { World } from './world.ts';
import { sessionKey } from './world.ts';

/** Who lets a packet in, and by which path it goes. */
interface Admitted {
  readonly mapping: Mapping;
  readonly use: Use;
  readonly path: Path;
}

export class Incoming {
  readonly reassembly: Reassembly;
  private readonly world: World;

  constructor(world: World, reassembly: Reassembly) {
    this.world = world;
    this.reassembly = reassembly;
  }

  /** A packet of a session that goes on; undefined for any other, without effect. */
  quick(packet: Uint8Array, now: Instant): QuickIn | undefined {
    const head = readHead(packet);
    if (head === undefined || isFragment(head) || head.sourceRoute !== undefined || head.hops <= 1)
      return undefined;
    const flow = flowOf(head);
    const outside = this.outsideAt(head);
    if (flow === undefined || outside === undefined || !isPlain(flow.flags)) return undefined;
    const admitted = this.admit(head, head.addresses, outside, flow, flow.destination, now);
    if (admitted === undefined) return undefined;
    const { mapping, use, path } = admitted;
    const session = use.sessions.get(sessionKey(flow, flow.source));
    if (session === undefined || session.until <= now) return undefined;
    if (session.state !== undefined && session.state !== 'open') return undefined;
    const mayCut = !head.mayNotCut;
    const result = this.translated(head, mapping, path, mayCut);
    if (result === undefined || !fits(result, { head, mayCut, mtu: path.mtu })) return undefined;
    this.world.touch(mapping, session, now);
    return { pathId: path.peering.pathId, packet: result };
  }

  take(packet: Uint8Array, now: Instant): InOutcome {
    const head = readHead(packet);
    if (head === undefined) return refused('translation');
    const outside = this.outsideAt(head);
    if (outside === undefined) return refused('mapping');
    if (!isFragment(head)) return this.whole(head, outside, !head.mayNotCut, now);
    // Nobody else's fragments are held.
    const source = ipFromBytes(sourceOf(head));
    if (source === undefined || !this.world.peerings.isPeer(source)) return refused('mapping');
    const done = this.reassembly.take(head, source, now);
    if (done.is === 'waiting') return { reply: [] };
    if (done.is === 'discarded') return refused('fragment');
    const joined = readHead(done.packet);
    return joined === undefined ? refused('fragment') : this.whole(joined, outside, true, now);
  }

  private whole(head: Head, outside: Outside, mayCut: boolean, now: Instant): InOutcome {
    if (isError(head)) return this.error(head, outside, now);
    const flow = flowOf(head);
    const admitted = flow && this.admit(head, head.addresses, outside, flow, flow.destination, now);
    if (flow === undefined || admitted === undefined) return refused('mapping');
    const { mapping, use, path } = admitted;
    const { sourceRoute, bytes } = head;
    if (head.hops <= 1) return refused('translation', timeExceeded(bytes, outside.ip));
    if (sourceRoute !== undefined)
      return refused('translation', routeRefused(bytes, sourceRoute, outside.ip));
    const result = this.translated(head, mapping, path, mayCut);
    if (result === undefined) return refused('translation');
    if (!this.pass(mapping, use, flow, now)) return refused('mapping-room');
    const { mtu } = path;
    const packets = fit(result, { head, mayCut, mtu, identify: this.world.identifyLong });
    if (packets !== undefined) return { to: { pathId: path.peering.pathId, packets }, reply: [] };
    return { reply: tooBig(result, { head, mtu }, outside.ip), refused: 'translation' };
  }

  /** The session lives on. A TCP peer that may send can also open a connection; then there has to be room for it. */
  private pass(mapping: Mapping, use: Use, flow: Flow, now: Instant): boolean {
    const { mappings, config } = this.world;
    const key = sessionKey(flow, flow.source);
    const session = use.sessions.get(key);
    if (session !== undefined && session.until > now) {
      this.world.passed(mapping, session, 'in', flow, now);
      return true;
    }
    const state = flow.kind === 'tcp' ? firstState('in', flow.flags) : undefined;
    if (state === undefined) return true;
    const until = now + config.timers.transitory;
    return mappings.begin(mapping, use.relation, key, { state, until }, 'peer') !== undefined;
  }

  /** An ICMP error of whoever forwards, or of the peer, about a packet of the node. RFC 5508, REQ-4 */
  private error(head: Head, outside: Outside, now: Instant): InOutcome {
    const about = readAbout(head);
    if (about === undefined) return refused('translation');
    const flow = flowOf(about);
    if (flow === undefined || !isAt(about.bytes, about.addresses, outside)) return refused('mapping');
    const admitted = this.admit(about, about.addresses + about.width, outside, flow, flow.source, now);
    if (admitted === undefined) return refused('mapping');
    if (head.hops <= 1) return refused('translation');
    const { mapping, path } = admitted;
    const result = translateError(head, about, {
      // To the node all comes from the address that stands for the peer: it takes nothing else by this path. [NODE-11]
      outer: { source: path.standsFor.bytes, destination: mapping.inside.bytes },
      about: {
        source: mapping.inside.bytes,
        destination: path.standsFor.bytes,
        port: mapping.insidePort,
        side: 'source',
        hops: about.hops,
        mayCut: !about.mayNotCut,
        identify: this.world.identify,
      },
      mtu: path.mtu,
      hops: head.hops - 1,
    });
    if (result === undefined) return refused('translation');
    const { identifyLong } = this.world;
    const packets = fit(result, { head, mayCut: !head.mayNotCut, mtu: path.mtu, identify: identifyLong });
    if (packets === undefined) return refused('translation');
    return { to: { pathId: path.peering.pathId, packets }, reply: [] };
  }

  /** @param peerAt where the peer's address stands in the packet. */
  private admit(
    head: Head,
    peerAt: number,
    outside: Outside,
    { kind }: Flow,
    port: number,
    now: Instant,
  ): Admitted | undefined {
    const mapping = this.world.mappings.at(outside, kind, port);
    const use = mapping && useFrom(mapping, head.bytes, peerAt, now);
    const path = use?.relation.paths.at(-1);
    if (mapping === undefined || use === undefined || path === undefined) return undefined;
    // The path that took over may be for other addresses of the node.
    const isOwn = path.peering.own.includes(mapping.inside.ip);
    return isOwn ? { mapping, use, path } : undefined;
  }

  private outsideAt({ bytes, addresses, width }: Head): Outside | undefined {
    for (const outside of this.world.mappings.outsides) {
      if (outside.bytes.length === width && isAt(bytes, addresses + width, outside)) return outside;
    }
    return undefined;
  }

  private translated(head: Head, mapping: Mapping, path: Path, mayCut: boolean) {
    return translate(head, {
      source: path.standsFor.bytes,
      destination: mapping.inside.bytes,
      port: mapping.insidePort,
      side: 'destination',
      hops: head.hops - 1,
      mayCut: mayCut || head.fragmentHeader !== undefined,
      identify: this.world.identify,
    });
  }
}

function refused(layer: Layer, error?: Uint8Array): InOutcome {
  return { reply: error === undefined ? [] : [error], refused: layer };
}
