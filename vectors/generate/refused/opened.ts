/** Datagrams that open and are refused by what they say; and those of a path, which the relay cannot open. */
import { concat, fromHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import type { MessageType } from '../../../reference/wire/registry.ts';
import { MESSAGES } from '../../../reference/wire/registry.ts';
import type { Vector } from '../vector.ts';
import type { Datagrams, Situation } from './datagrams.ts';
import { direction, probe } from './datagrams.ts';
import type { Goods } from './good.ts';
import type { ChannelName, Place } from './world.ts';
import { DIRECTION_TRANSACTION, toRelay } from './world.ts';

export function openedDatagrams(family: Datagrams, goods: Goods): void {
  types(family, goods);
  bodies(family, goods);
  relayed(family, goods);
}

function types(family: Datagrams, { probe: good, legProbe }: Goods): void {
  const one = (base: Vector, channel: ChannelName, type: MessageType) => {
    const { name } = MESSAGES[type];
    const on = channel === 'dc' ? 'an association with a DC' : 'a leg';
    const id = `${channel === 'dc' ? 'association' : 'leg'}-${name.toLowerCase().replace(/[ ,]+/g, '-')}`;
    const datagram = toRelay(channel, type, 10n, probe());
    family.refused(
      base,
      `type.${id}`,
      `A ${name} to a relay on ${on}.`,
      ['GEN-18'],
      'channel-type',
      { datagram },
      'channel-type',
    );
  };
  for (const type of [0x01, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0f, 0x10, 0x11] as const)
    one(good, 'dc', type);
  for (const type of [0x01, 0x04, 0x07, 0x08, 0x0a, 0x0f, 0x10, 0x11] as const) one(legProbe, 'node-a', type);
}

function bodies(family: Datagrams, { probe: good, legProbe, direct }: Goods): void {
  const clauses = { encoding: ['GEN-08'], schema: ['GEN-23'], transaction: ['GEN-10'] };
  const one = (
    base: Vector,
    name: string,
    comment: string,
    content: Uint8Array,
    layer: keyof typeof clauses,
    status?: number,
    [channel, type]: readonly [ChannelName, MessageType] = ['dc', 0x0d],
  ) => {
    const flag = layer === 'transaction' ? 'transaction' : 'body';
    const datagram = toRelay(channel, type, 10n, content);
    family.refused(base, `body.${name}`, comment, clauses[layer], flag, { datagram }, layer, status);
  };
  const leg = ['node-a', 0x0d] as const;
  one(good, 'empty', 'No body.', new Uint8Array(0), 'encoding');
  one(good, 'trailing', 'A byte after the map.', concat(probe(), Uint8Array.of(0)), 'encoding');
  one(good, 'no-transaction', 'An empty map.', Uint8Array.of(0xa0), 'encoding');
  one(
    legProbe,
    'leg-truncated',
    'The last byte of the map is missing.',
    probe().slice(0, -1),
    'encoding',
    undefined,
    leg,
  );
  one(good, 'critical', 'A critical key.', probe([0x8000, 0]), 'schema', 2);
  one(good, 'padding-type', 'Padding that is a number.', probe([2, 0]), 'schema', 1);
  const float = concat(probe([0x0a0a, 0]).slice(0, -1), fromHex('f93c00'));
  one(good, 'float', 'A float under an unknown key.', float, 'schema', 1);
  one(legProbe, 'leg-critical', 'A critical key on a leg.', probe([0xffff, 0]), 'schema', 2, leg);
  one(legProbe, 'leg-not-listed', 'A name that is a number on a leg.', probe([3, 0]), 'schema', 1, leg);

  const fresh = new Uint8Array(8).fill(0x99);
  const bad = (
    name: string,
    comment: string,
    status: number,
    ...change: (readonly [number, CborValue | undefined])[]
  ) => one(direct, `direction-${name}`, comment, direction(fresh, change), 'schema', status, ['dc', 0x07]);
  bad('no-legs', 'No legs.', 1, [36, undefined]);
  bad('path-secret', 'A path secret for an RS-S.', 1, [20, new Uint8Array(32)]);
  bad('lifetime-0', 'Lifetime 0.', 1, [9, 0]);
  bad('lifetime-86401', 'Lifetime 86401.', 1, [9, 86_401]);
  bad('critical', 'A critical key.', 2, [0x8000, 0]);

  const directed = { situation: 'directed' } as const;
  const other = direction(DIRECTION_TRANSACTION, [[9, 60]]);
  family.refused(
    direct,
    'body.transaction-taken',
    'Another Relay Direction with the transaction of the first.',
    ['GEN-10'],
    'transaction',
    {
      ...directed,
      datagram: toRelay('dc', 0x07, 10n, other),
    },
    'transaction',
  );
  const answer = (type: MessageType, more: readonly (readonly [number, CborValue])[]) =>
    [toRelay('dc', type, 10n, probe(...more)), type] as const;
  const unasked = (name: string, comment: string, [datagram]: ReturnType<typeof answer>) =>
    family.refused(
      good,
      `body.unasked-${name}`,
      comment,
      ['ERR-03', 'GEN-46'],
      'transaction',
      { datagram },
      'transaction',
    );
  unasked(
    'probe',
    'A probing answer that nobody asked for.',
    answer(0x0e, [
      [1, 0],
      [11, fromHex('c000026410ea')],
    ]),
  );
  unasked(
    'registration',
    'A Relay Registration Response that nobody asked for.',
    answer(0x0a, [
      [1, 0],
      [9, 120],
    ]),
  );
  unasked('malformed', 'One whose schema fails too: the transaction comes first.', answer(0x0a, [[1, 0]]));
  unasked('error', 'An error that nobody asked for.', answer(0x0a, [[1, 5]]));
}

function relayed(family: Datagrams, { data }: Goods): void {
  const one = (
    name: string,
    comment: string,
    change: { from?: Place; situation?: Situation },
    clause = 'RSS-12',
  ) =>
    family.refused(
      data,
      `path.${name}`,
      comment,
      [clause],
      change.from === undefined ? 'situation' : 'source',
      change,
      'relay-source',
    );
  one('elsewhere', 'Data of the path from somewhere else.', { from: 'elsewhere' });
  one('from-dc', 'Data of the path from the DC.', { from: 'dc' });
  one('no-leg', 'Data of the path while no leg has an address.', { situation: 'directed' }, 'RS-09');
  one('opened-leg', 'Data of the path from a leg that is not confirmed.', { situation: 'opened' }, 'RS-09');
  const unknown = { situation: 'associated' } as const;
  family.refused(
    data,
    'path.no-entry',
    'Data of a path that has no entry.',
    ['RS-07', 'RS-06'],
    'situation',
    unknown,
    'context',
  );
}
