/** Whole datagrams that reach an RS-S in a stated situation: which layer refuses, and what goes out. */
import { fields } from '../vector.ts';
import { brokenDatagrams } from './broken.ts';
import { Datagrams, direction, NOTES, SITUATIONS } from './datagrams.ts';
import { goodDatagrams } from './good.ts';
import { datagramsOfManyPairs } from './pairs.ts';
import { DIRECTION_TRANSACTION, onPath, world } from './world.ts';

export function refused(): Datagrams {
  const about = 'Whole datagrams to an RS-S: the layer that refuses each, and what goes out because of it.';
  const family = new Datagrams('refused', 1, about, NOTES, {
    world: fields(world(direction(DIRECTION_TRANSACTION))),
    situations: fields({ ...SITUATIONS }),
  });
  const goods = goodDatagrams(family);
  brokenDatagrams(family, goods);
  datagramsOfManyPairs(family);
  const large = onPath(0x10, 0x4711, 1501);
  family.add({
    id: 'refused.path.hold-large',
    clauses: ['RSS-03'],
    comment: 'Data of 1501 bytes for a leg that is not valid.',
    result: 'implementation-defined',
    flags: ['hold-large'],
    call: 'datagram',
    input: fields({ situation: 'half', from: 'node-a', datagram: large }),
    output: { effect: 'held' },
    refused: { layer: 'relay-hold' },
  });
  return family;
}
