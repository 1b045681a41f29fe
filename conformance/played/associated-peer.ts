/** One party of a DC under test in the part of the associated peer, for cases that want just one. */
import { endpointToBytes } from '../../reference/address.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import type { PlayedChannel } from './channel.ts';
import type { PathPlan } from './dc.ts';
import { PlayedDc } from './dc.ts';
import type { Peer, RequestOptions } from './peer.ts';

/** The request that a DC has to grant it is, of a node, a registration, of another DC a question about a node. */
export class AssociatedPeer extends PlayedDc {
  readonly fqdn: string;

  constructor(peer: Peer, association: PlayedChannel, fqdn: string) {
    super(peer, association, false);
    this.fqdn = fqdn;
  }

  override get directionType(): number {
    const isDc = this.association.own.role === 'dc';
    return isDc ? MessageType.nodeInformationRequest : MessageType.registrationRequest;
  }

  override relayDirection(_plan: PathPlan, fields: Fields = {}): Body {
    const { peer, association } = this;
    if (association.own.role === 'dc')
      return body({ transaction: peer.stage.fresh(8), fqdn: this.fqdn, ...fields });
    return body({
      transaction: peer.stage.fresh(8),
      fqdn: this.fqdn,
      nodeId: association.own.nodeId,
      instance: peer.stage.fresh(8),
      localEndpoints: [endpointToBytes(peer.local)],
      features: [],
      suites: [1],
      lifetime: 120,
      ...fields,
    });
  }

  override direct(content: Body, options: RequestOptions = {}): Promise<Received | undefined> {
    return this.peer.request(this.association, this.directionType, content, options);
  }

  /** There is nothing to be made for a channel: nodes have theirs. */
  override relay(plan: PathPlan = this.plan()): Promise<PathPlan> {
    return Promise.resolve(plan);
  }
}
