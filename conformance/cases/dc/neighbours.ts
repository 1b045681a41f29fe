/** The DC under test between another DC and a node of its own, and what the other DC directs. */
import { Part } from '../../../reference/wire/registry.ts';
import type { Body, Fields } from '../../fields.ts';
import { body } from '../../fields.ts';
import type { OtherDc } from '../../played/other-dc.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { DcTestOptions, DcUnderTest } from '../../target/dc-under-test.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';

export interface Neighbours {
  readonly dc: DcUnderTest;
  readonly other: OtherDc;
  readonly cn: RegisteringNode;
}

/** The first node registered, and the other DC there. */
export async function neighbours(world: World, options: DcTestOptions = {}): Promise<Neighbours> {
  const dc = await world.dc(options);
  const [other, cn] = [dc.other(), dc.node(0)];
  await other.attach();
  await cn.register();
  return { dc, other, cn };
}

/** A Route Direction of the other DC for a node of the target's; fields given here replace those. */
export function direction(world: World, forFqdn: string, fields: Fields = {}): Body {
  return body({
    transaction: world.fresh(8),
    pathId: world.fresh(16),
    pathSecret: world.fresh(32),
    suite: 1,
    part: Part.await,
    peer: mnAbroad(world),
    candidates: [Uint8Array.of(127, 0, 0, 7, 18, 18)],
    lifetime: 300,
    forFqdn,
    ...fields,
  });
}

/** MN, of the other DC, as such a direction tells of it. */
export function mnAbroad(world: World, fields: Fields = {}): Body {
  return body({
    nodeId: world.fresh(16),
    instance: world.fresh(8),
    fqdn: `mn.${OTHERS[0].zone}`,
    virtualAddresses: [Uint8Array.of(198, 19, 0, 5)],
    ...fields,
  });
}
