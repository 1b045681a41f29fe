/** From the node to the general peer. [RSN-02] */
import type { Instant } from '../../../core.ts';
import { prohibited, routeRefused, timeExceeded } from '../../../packet/errors.ts';
import type { Head } from '../../../packet/head.ts';
import { readHead } from '../../../packet/head.ts';
import type { Reassembly } from '../../../packet/reassembly.ts';
import { isFragment } from '../../../packet/reassembly.ts';
import type { Layer } from '../../../refusal.ts';
import { readAbout, translateError } from './errors.ts';
import { fit, fits, tooBig } from './fit.ts';
import type { Flow } from './flow.ts';
import { flowOf, isError } from './flow.ts';
import { isAlive, useFor } from './mappings.ts';
import type { Address, Mapping, Path, Session } from './records.ts';
import { isAt } from './records.ts';
import type { TcpState } from './tcp.ts';
import { firstState, isPlain } from './tcp.ts';
import { translate } from './translate.ts';
import type { Outcome } from './types.ts';
import type { World } from './world.ts';
import { ownAt, sessionKey } from './world.ts';

export class Outgoing {
  readonly reassembly: Reassembly;
  private readonly world: World;

  constructor(world: World, reassembly: Reassembly) {
    this.world = world;
    this.reassembly = reassembly;
  }

  /** A packet of a session that goes on; undefined for any other, without effect. */
  quick(packet: Uint8Array, path: Path, now: Instant): Uint8Array | undefined {
    const head = readHead(packet);
    if (head === undefined || isFragment(head) || head.sourceRoute !== undefined || head.hops <= 1)
      return undefined;
    const own = ownAt(path, head, head.addresses);
    if (own === undefined || !isAt(head.bytes, head.addresses + head.width, path.standsFor)) return undefined;
    const flow = flowOf(head);
    if (flow === undefined || !isPlain(flow.flags)) return undefined;
    const mapping = this.find(path, own, flow);
    if (mapping === undefined) return undefined;
    const session = useFor(mapping, path.relation)?.sessions.get(sessionKey(flow, flow.destination));
    if (session === undefined || session.until <= now) return undefined;
    if (session.state !== undefined && session.state !== 'open') return undefined;
    const mayCut = !head.mayNotCut;
    const result = this.translated(head, path, mapping, mayCut);
    const { mtu } = this.world.config;
    if (result === undefined || !fits(result, { head, mayCut, mtu })) return undefined;
    this.world.peerings.use(path);
    this.world.touch(mapping, session, now);
    return result;
  }

  take(packet: Uint8Array, path: Path, now: Instant): Outcome {
    const head = readHead(packet);
    if (head === undefined) return refused('translation');
    const own = ownAt(path, head, head.addresses);
    if (own === undefined) return refused('inner-source');
    if (!isAt(head.bytes, head.addresses + head.width, path.standsFor)) return refused('inner-destination');
    this.world.peerings.use(path);
    if (!isFragment(head)) return this.whole(head, path, own, !head.mayNotCut, now);
    const done = this.reassembly.take(head, path.peering.pathId, now);
    if (done.is === 'waiting') return { packets: [], back: [] };
    if (done.is === 'discarded') return refused('fragment');
    const joined = readHead(done.packet);
    return joined === undefined ? refused('fragment') : this.whole(joined, path, own, true, now);
  }

  private whole(head: Head, path: Path, own: Address, mayCut: boolean, now: Instant): Outcome {
    const from = path.standsFor.ip;
    const { sourceRoute, bytes } = head;
    if (head.hops <= 1) return refused('translation', timeExceeded(bytes, from));
    if (sourceRoute !== undefined) return refused('translation', routeRefused(bytes, sourceRoute, from));
    if (isError(head)) return this.error(head, path, now);
    const flow = flowOf(head);
    if (flow === undefined) return refused('translation', prohibited(bytes, from));
    const found = this.session(path, own, flow, now);
    // RFC 5508, REQ-8
    if (found === 'mapping-room') return refused(found, prohibited(bytes, from));
    if (found === 'mapping') return refused(found);
    const { mapping, session } = found;
    const result = this.translated(head, path, mapping, mayCut);
    if (result === undefined) return refused('translation');
    if (session !== undefined) this.world.passed(mapping, session, 'out', flow, now);
    const { mtu } = this.world.config;
    const packets = fit(result, { head, mayCut, mtu, identify: this.world.identifyLong });
    if (packets !== undefined) return { packets, back: [] };
    return { packets: [], back: tooBig(result, { head, mtu }, from), refused: 'translation' };
  }

  /** The session that a packet belongs to, a new one if need be; an RST has none. Or why there can be none. */
  private session(
    path: Path,
    own: Address,
    flow: Flow,
    now: Instant,
  ): { mapping: Mapping; session: Session | undefined } | 'mapping' | 'mapping-room' {
    const { mappings } = this.world;
    const key = sessionKey(flow, flow.destination);
    let mapping = this.find(path, own, flow);
    if (mapping !== undefined) {
      const session = useFor(mapping, path.relation)?.sessions.get(key);
      if (session !== undefined && session.until > now) return { mapping, session };
      if (!mappings.prune(mapping, now)) mapping = undefined;
    }
    const state = flow.kind === 'tcp' ? firstState('out', flow.flags) : undefined;
    const beginsNone = flow.isReply || (flow.kind === 'tcp' && state === undefined);
    if (beginsNone) return mapping === undefined ? 'mapping' : { mapping, session: undefined };
    const begin = () => this.begin(path, own, flow, mapping, state, now);
    return begin() ?? (this.world.makeRoom(now) ? begin() : undefined) ?? 'mapping-room';
  }

  private begin(
    { relation }: Path,
    inside: Address,
    flow: Flow,
    known: Mapping | undefined,
    state: TcpState | undefined,
    now: Instant,
  ): { mapping: Mapping; session: Session } | undefined {
    const { mappings, config } = this.world;
    const family = relation.peer.bytes.length === 4 ? 4 : 6;
    const wanted = { node: relation.node, kind: flow.kind, inside, port: flow.source, family } as const;
    const mapping = known ?? mappings.make(wanted);
    if (mapping === undefined) return undefined;
    const until = now + config.timers.transitory;
    const session = mappings.begin(
      mapping,
      relation,
      sessionKey(flow, flow.destination),
      { state, until },
      'node',
    );
    if (session !== undefined) return { mapping, session };
    // A mapping that is used for nothing is none.
    mappings.prune(mapping, now);
    return undefined;
  }

  /** An ICMP error about a packet that the node got. RFC 5508, REQ-5 */
  private error(head: Head, path: Path, now: Instant): Outcome {
    const about = readAbout(head);
    if (about === undefined) return refused('translation');
    const { relation, standsFor } = path;
    const own = ownAt(path, about, about.addresses + about.width);
    const flow = flowOf(about);
    if (own === undefined || flow === undefined || !isAt(about.bytes, about.addresses, standsFor)) {
      return refused('mapping');
    }
    const mapping = this.find(path, own, { ...flow, source: flow.destination });
    const use = mapping && useFor(mapping, relation);
    if (mapping === undefined || use === undefined || !isAlive(use, now)) return refused('mapping');
    const { mtu } = this.world.config;
    const result = translateError(head, about, {
      outer: { source: mapping.outside.bytes, destination: relation.peer.bytes },
      about: {
        source: relation.peer.bytes,
        destination: mapping.outside.bytes,
        port: mapping.outsidePort,
        side: 'destination',
        hops: about.hops,
        mayCut: !about.mayNotCut,
        identify: this.world.identify,
      },
      mtu,
      hops: head.hops - 1,
    });
    if (result === undefined) return refused('translation');
    const packets = fit(result, { head, mayCut: !head.mayNotCut, mtu, identify: this.world.identifyLong });
    return packets === undefined ? refused('translation') : { packets, back: [] };
  }

  private find({ relation }: Path, inside: Address, { kind, source }: Flow): Mapping | undefined {
    const family = relation.peer.bytes.length === 4 ? 4 : 6;
    return this.world.mappings.find({ node: relation.node, kind, inside, port: source, family });
  }

  private translated(head: Head, { relation }: Path, mapping: Mapping, mayCut: boolean) {
    return translate(head, {
      source: mapping.outside.bytes,
      destination: relation.peer.bytes,
      port: mapping.outsidePort,
      side: 'source',
      hops: head.hops - 1,
      mayCut: mayCut || head.fragmentHeader !== undefined,
      identify: this.world.identify,
    });
  }
}

function refused(layer: Layer, error?: Uint8Array): Outcome {
  return { packets: [], back: error === undefined ? [] : [error], refused: layer };
}
