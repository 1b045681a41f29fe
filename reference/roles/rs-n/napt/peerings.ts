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
      state: 'new',
    };
    this.paths.set(peering.pathId, path);
    relation.paths.push(path);
    arrange(relation);
  }

  /** The node sent by a path: answers go by it. [RSN-04] */
  use(path: Path): void {
    const { paths } = path.relation;
    if (path.state === 'left' || (path.state === 'used' && paths.at(-1) === path)) return;
    path.state = 'used';
    paths.splice(paths.indexOf(path), 1);
    paths.push(path);
    arrange(path.relation);
  }

  /** Another path took over, or it is closed: the node may send by it for a while. [HO-06, TUN-17] */
  leave(pathId: string): void {
    const path = this.paths.get(pathId);
    if (path === undefined) return;
    path.state = 'left';
    arrange(path.relation);
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

const RANK = { left: 0, new: 1, used: 2 };

/** Those that were used go before those that were not, and all of them before those that were left. */
function arrange({ paths }: Relation): void {
  paths.sort((a, b) => RANK[a.state] - RANK[b.state]);
}
