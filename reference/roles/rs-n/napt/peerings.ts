/** The paths that an RS-N translates for, and which nodes and general peers they join. [RSN-04] */
import type { Ip } from '../../../address.ts';
import { family } from '../../../address.ts';
import type { NodeState, Path, Relation } from './records.ts';
import { addressOf } from './records.ts';
import type { Peering } from './types.ts';

/** What every route carries: TUN-06. */
const LEAST_MTU = 1280;

export class Peerings {
  private readonly paths = new Map<string, Path>();
  private readonly relations = new Map<string, Relation>();
  private readonly nodes = new Map<string, NodeState>();
  /** How many relations each general peer has. */
  private readonly peers = new Map<Ip, number>();

  path(pathId: string): Path | undefined {
    return this.paths.get(pathId);
  }

  isPeer(ip: Ip): boolean {
    return this.peers.has(ip);
  }

  bind(peering: Peering): void {
    // A path that is bound again carries what it carried.
    const mtu = this.paths.get(peering.pathId)?.mtu ?? LEAST_MTU;
    this.unlink(peering.pathId);
    const relation = this.relation(peering);
    const path: Path = {
      peering,
      relation,
      own: peering.own.map(addressOf),
      standsFor: addressOf(peering.standsFor),
      mtu,
    };
    this.paths.set(peering.pathId, path);
    relation.paths.push(path);
  }

  /** @returns the relation that has no path any more, if that is so. */
  release(pathId: string): Relation | undefined {
    const relation = this.unlink(pathId);
    if (relation === undefined || relation.paths.length > 0) return undefined;
    this.forgetUnused(relation);
    return relation;
  }

  /** Erases what is left of a relation, and of its node, once nothing needs it. */
  forgetUnused(relation: Relation): void {
    const { key, node, peer, paths, uses } = relation;
    if (paths.length > 0 || uses > 0 || !this.relations.delete(key)) return;
    const left = (this.peers.get(peer.ip) ?? 0) - 1;
    if (left > 0) this.peers.set(peer.ip, left);
    else this.peers.delete(peer.ip);
    node.relations--;
    // Mappings are used for relations, so a node without these has none.
    if (node.relations === 0) this.nodes.delete(node.id);
  }

  private unlink(pathId: string): Relation | undefined {
    const path = this.paths.get(pathId);
    if (path === undefined) return undefined;
    this.paths.delete(pathId);
    path.relation.paths.splice(path.relation.paths.indexOf(path), 1);
    return path.relation;
  }

  private relation({ nodeId, peer, standsFor }: Peering): Relation {
    // An IPv4 and an IPv6 address that stand for one peer are used by mappings of two families inside.
    const key = `${nodeId} ${peer} ${family(standsFor)}`;
    const known = this.relations.get(key);
    if (known !== undefined) return known;
    const node = this.node(nodeId);
    const relation: Relation = { key, node, peer: addressOf(peer), paths: [], uses: 0 };
    node.relations++;
    this.relations.set(key, relation);
    this.peers.set(peer, (this.peers.get(peer) ?? 0) + 1);
    return relation;
  }

  private node(id: string): NodeState {
    const known = this.nodes.get(id);
    if (known !== undefined) return known;
    const node: NodeState = {
      id,
      mappings: new Map(),
      addresses: new Map(),
      outside: {},
      relations: 0,
      sessions: 0,
    };
    this.nodes.set(id, node);
    return node;
  }
}
