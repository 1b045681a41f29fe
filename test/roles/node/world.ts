/** A node with its DC played, on a network of 10 ms. */
import type { Endpoint } from '../../../reference/address.ts';
import type { NodeConfig, NodeConfigInput } from '../../../reference/config/node.ts';
import { nodeConfig } from '../../../reference/config/node.ts';
import { createNode } from '../../../reference/roles/node/core.ts';
import { endpoint, seededBytes } from '../../channel/pair.ts';
import { PlayedDc } from './played-dc.ts';
import { RoleParty, Sim } from './sim.ts';

export const DC4 = endpoint('192.0.2.11:4411');
export const DC6 = endpoint('[2001:db8::11]:4411');
export const NODE4 = endpoint('203.0.113.1:5000');
export const NODE6 = endpoint('[2001:db8:1::1]:5000');
export const ELSEWHERE4 = endpoint('198.51.100.7:5000');

/** Addresses for documentation stand for those that the whole world reaches. [GEN-16] */
export const TEST_PROFILE = {
  global: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'],
  private: ['10.0.0.0/8'],
};

export const CONFIG: NodeConfigInput = {
  role: 'node',
  testProfile: TEST_PROFILE,
  nodeId: '0a'.repeat(16),
  name: 'alice.ntmobile.example',
  listen: ['203.0.113.1:5000', '[2001:db8:1::1]:5000'],
  association: {
    id: 'c0'.repeat(16),
    secret: 'd0'.repeat(32),
    peer: 'a0'.repeat(16),
    peerRole: 'dc',
    endpoints: ['192.0.2.11:4411', '[2001:db8::11]:4411'],
  },
};

export interface World {
  readonly sim: Sim;
  readonly node: RoleParty;
  readonly dc: PlayedDc;
  readonly config: NodeConfig;
}

/** @param locals what the node's sockets are bound to. */
export function world(
  change: Partial<NodeConfigInput> = {},
  locals: readonly Endpoint[] = [NODE4, NODE6],
  seed = 1,
): World {
  const sim = new Sim();
  const config = nodeConfig.parse({ ...CONFIG, ...change });
  const dc = new PlayedDc(sim, config, [DC4, DC6]);
  const node = new RoleParty(sim, createNode(config, seededBytes(seed)), locals);
  return { sim, node, dc, config };
}

/** The same, started and registered. */
export function registered(...args: Parameters<typeof world>): World {
  const made = world(...args);
  made.node.start();
  made.sim.run(1000);
  return made;
}

/** Datagrams of one end since a mark, as `at type > port`. */
export function chart(sim: Sim, from: readonly Endpoint[], since = 0): string[] {
  return sim.sent
    .slice(since)
    .filter((sent) => from.some(({ ip }) => ip === sent.from.ip))
    .map(({ at, to, bytes }) => `${at} ${(bytes[1] ?? 0).toString(16)} > ${to.ip}`);
}
