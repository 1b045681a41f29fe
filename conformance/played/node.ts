/** A played node: one end of a relayed path, with its leg to the RS-S. */
import { sameBytes } from '../../reference/bytes.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Received } from '../observe/received.ts';
import { Unjudged } from '../verdict.ts';
import { PlayedChannel } from './channel.ts';
import type { PathPlan } from './dc.ts';
import type { Peer, SendOptions } from './peer.ts';

export class PlayedNode {
  /** The socket that it uses now. */
  peer: Peer;
  readonly plan: PathPlan;
  readonly leg: PlayedChannel;
  /** The path, end to end with the other node; the RS-S forwards it and cannot read it. */
  readonly path: PlayedChannel;

  /**
   * @param side which of the plan's legs is this node's, 0 or 1.
   * @param rsNodeId undefined where there is no relay: then the path stands for the leg, too.
   * @param instead a channel that stands for the leg.
   */
  constructor(
    peer: Peer,
    plan: PathPlan,
    side: 0 | 1,
    rsNodeId: Uint8Array | undefined,
    instead?: PlayedChannel,
  ) {
    this.peer = peer;
    this.plan = plan;
    const own = plan.legs[side];
    const other = plan.legs[side === 0 ? 1 : 0];
    const leg =
      rsNodeId &&
      new PlayedChannel({
        kind: 'leg',
        id: own.legId,
        secret: own.legSecret,
        own: { nodeId: own.nodeId, role: 'node' },
        peer: { nodeId: rsNodeId, role: 'rs' },
      });
    this.path = new PlayedChannel({
      kind: 'path',
      id: plan.pathId,
      secret: plan.pathSecret,
      own: { nodeId: own.nodeId, role: 'node' },
      peer: { nodeId: other.nodeId, role: 'node' },
      suite: plan.suite,
    });
    this.leg = instead ?? leg ?? this.path;
    this.moveTo(peer);
  }

  /** Uses another socket from now on; nothing is sent for it. */
  moveTo(peer: Peer): void {
    this.peer = peer;
    peer.hold(this.leg);
    peer.hold(this.path);
  }

  /** Opens the leg and makes this node's address valid there. @throws Unjudged naming the step that failed. */
  async openLeg(): Promise<void> {
    const { peer, leg } = this;
    const failed = await peer.open(leg);
    if (failed !== undefined) {
      throw new Unjudged(
        'inconclusive',
        'target',
        `${peer.name}'s leg could not be opened: no ${failed}`,
        true,
      );
    }
    const probed = await peer.take(
      ({ channel, type }) => channel === leg && type === MessageType.probeRequest,
    );
    if (probed === undefined) {
      throw new Unjudged('inconclusive', 'target', `the RS-S did not probe ${peer.name}'s address`, true);
    }
    // By the time of this answer the RS-S has taken the answer to its own probe.
    if ((await peer.probe(leg)) === undefined) {
      throw new Unjudged(
        'inconclusive',
        'target',
        `a probing request on ${peer.name}'s open leg was not answered`,
        true,
      );
    }
  }

  /** Opens the path to the other node through the RS-S. @throws Unjudged */
  async openPath(): Promise<void> {
    const failed = await this.peer.open(this.path);
    if (failed === undefined) return;
    throw new Unjudged(
      'inconclusive',
      'target',
      `the path could not be opened through the relay: no ${failed}`,
      true,
    );
  }

  /** Seals a payload as Data on the path and sends it to the RS-S. @returns the datagram. */
  sendData(payload: Uint8Array, options: SendOptions = {}): Uint8Array {
    return this.peer.sendSealed(this.path, MessageType.data, payload, options);
  }

  /** Takes the Data that is exactly these bytes. @returns undefined if it did not come in time. */
  takeRelayed(datagram: Uint8Array, timeout?: number): Promise<Received | undefined> {
    return takeBytes(this.peer, datagram, timeout);
  }
}

/** Takes the datagram that is exactly these bytes. @returns undefined if it did not come in time. */
export function takeBytes(peer: Peer, datagram: Uint8Array, timeout?: number): Promise<Received | undefined> {
  return peer.take(({ bytes }) => sameBytes(bytes, datagram), timeout);
}
