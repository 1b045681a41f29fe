/** What a DC knows of a node, as it shows when another DC asks for it. */

import { Status } from '../../../reference/wire/registry.ts';
import type { Received } from '../../observe/received.ts';
import type { OtherDc } from '../../played/other-dc.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { World } from '../../world.ts';
import { checkSame, endpointsOf } from './steps.ts';

/** What the DC tells another one of a node. */
export async function informed(world: World, other: OtherDc, node: RegisteringNode): Promise<Received> {
  await other.attach();
  return world.status(await other.information(node.fqdn), Status.ok);
}

/** Judges which observed endpoints the DC has of a node, in any order. */
export async function checkObserved(
  world: World,
  other: OtherDc,
  node: RegisteringNode,
  expected: readonly string[],
  requirement: string,
): Promise<void> {
  const { body } = await informed(world, other, node);
  const seen = endpointsOf(body, 'observedEndpoints').sort().join(', ');
  checkSame(world, 'observed endpoints', [...expected].sort().join(', '), seen, requirement);
}
