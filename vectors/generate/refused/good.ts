/** Datagrams that an RS-S takes. */
import { concat } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import type { Vector } from '../vector.ts';
import type { Datagrams, Effect, Situation } from './datagrams.ts';
import { direction, probe } from './datagrams.ts';
import type { ChannelName, Place } from './world.ts';
import { CHANNELS, DIRECTION_TRANSACTION, onPath, PATH, toRelay } from './world.ts';

export interface Goods {
  readonly probe: Vector;
  readonly longProbe: Vector;
  readonly legProbe: Vector;
  readonly direct: Vector;
  readonly data: Vector;
  readonly opening: Vector;
  readonly legOpening: Vector;
}

export function goodDatagrams(family: Datagrams): Goods {
  const fresh = new Uint8Array(8).fill(0x99);
  const answer = (status: number): Effect => ({ effect: 'answer', status });
  const second: Effect = { effect: 'message-2' };
  const message1 = (name: ChannelName) => CHANNELS[name].first.datagram;
  const opening = family.taken(
    'opening.association',
    'The DC opens.',
    ['KEY-01'],
    'idle',
    'dc',
    message1('dc'),
    second,
  );
  const legOpening = family.taken(
    'opening.leg',
    'Node A opens its leg.',
    ['KEY-01', 'RS-05'],
    'directed',
    'node-a',
    message1('node-a'),
    second,
  );
  family.taken(
    'opening.repeat',
    'Message 1 again: the same message 2.',
    ['KEY-13'],
    'opened',
    'node-a',
    message1('node-a'),
    second,
  );
  family.taken(
    'opening.other-source',
    'A repeat from elsewhere is answered there.',
    ['KEY-13'],
    'opened',
    'elsewhere',
    message1('node-a'),
    second,
  );

  const probeDc = (content: Uint8Array) => toRelay('dc', 0x0d, 10n, content);
  const good = family.taken(
    'probe.association',
    'A probe of the DC.',
    ['GEN-34'],
    'associated',
    'dc',
    probeDc(probe()),
    answer(0),
  );
  family.taken(
    'probe.grease',
    'A probe with grease.',
    ['GEN-07', 'GEN-34'],
    'associated',
    'dc',
    probeDc(probe([0x0a0a, new Uint8Array(4)])),
    answer(0),
  );
  const padded = probeDc(probe([2, new Uint8Array(1500 - 44 - 15)]));
  const longProbe = family.taken(
    'probe.longest',
    'A probe of 1500 bytes.',
    ['GEN-05', 'GEN-34'],
    'associated',
    'dc',
    padded,
    answer(0),
  );
  const onLeg = toRelay('node-a', 0x0d, 10n, probe());
  const legProbe = family.taken(
    'probe.leg',
    'A probe of node A on its leg.',
    ['RS-05', 'GEN-34'],
    'bound',
    'node-a',
    onLeg,
    answer(0),
  );
  family.taken(
    'probe.leg-half',
    'A leg answers whatever the state of the other one.',
    ['RS-05'],
    'half',
    'node-a',
    onLeg,
    answer(0),
  );

  const dc = (
    name: string,
    comment: string,
    clauses: readonly string[],
    situation: Situation,
    content: Uint8Array,
    status: number,
  ) =>
    family.taken(
      `direction.${name}`,
      comment,
      clauses,
      situation,
      'dc',
      toRelay('dc', 0x07, 10n, content),
      answer(status),
    );
  const direct = dc('new', 'A Relay Direction.', ['RS-02'], 'associated', direction(fresh), 0);
  dc('again', 'The same content, with another transaction.', ['RS-10'], 'directed', direction(fresh), 0);
  dc(
    'repeat',
    'The same body again: the same answer.',
    ['GEN-10'],
    'directed',
    direction(DIRECTION_TRANSACTION),
    0,
  );
  dc(
    'other-lifetime',
    'Other content for a live entry.',
    ['RS-10'],
    'directed',
    direction(fresh, [[9, 60]]),
    5,
  );
  dc(
    'kind-n',
    'A kind that an RS-S does not offer.',
    ['RS-17'],
    'associated',
    direction(fresh, [
      [4, PATH],
      [10, []],
      [20, new Uint8Array(32)],
      [21, 1],
      [26, 2],
      [36, undefined],
    ]),
    2,
  );
  dc(
    'kind-unassigned',
    'A kind that is not assigned.',
    ['RS-17'],
    'associated',
    direction(fresh, [[26, 99]]),
    2,
  );
  dc(
    'path-is-association',
    "The association's ID as Path ID.",
    ['RS-23'],
    'associated',
    direction(fresh, [[19, CHANNELS.dc.setting.channel]]),
    5,
  );
  dc(
    'path-is-leg',
    'The ID of a leg as Path ID.',
    ['RS-23'],
    'directed',
    encodeCbor(
      new Map<CborValue, CborValue>([
        [0, fresh],
        [9, 120],
        [19, CHANNELS['node-a'].setting.channel],
        [26, 1],
        [36, otherLegs()],
      ]),
    ),
    5,
  );
  const withdraw = (path: Uint8Array) =>
    encodeCbor(
      new Map<CborValue, CborValue>([
        [0, fresh],
        [19, path],
        [37, true],
      ]),
    );
  dc('withdraw', 'A withdrawal.', ['RS-11'], 'bound', withdraw(PATH), 0);
  dc('withdraw-unknown', 'A withdrawal of what is not there.', ['RS-22'], 'associated', withdraw(PATH), 0);

  const relayed = (
    name: string,
    comment: string,
    clauses: readonly string[],
    datagram: Uint8Array,
    from: Place = 'node-a',
  ) =>
    family.taken(`path.${name}`, comment, clauses, 'bound', from, datagram, {
      effect: 'relayed',
      to: from === 'node-a' ? 'node-b' : 'node-a',
    });
  const data = relayed('data', 'Data of node A.', ['RSS-01', 'RSS-02'], onPath(0x10, 0x4711, 60));
  relayed('back', 'Data of node B.', ['RSS-01'], onPath(0x10, 0x4711, 60), 'node-b');
  relayed('opening', 'An opening of the path.', ['RSS-10'], onPath(0x0b, 0, 76));
  relayed(
    'opening-of-60',
    'An opening of 60 bytes: that is for the other node to judge.',
    ['RSS-10', 'GEN-05'],
    onPath(0x0b, 0, 60),
  );
  relayed('unknown-type', 'A type of nobody.', ['RSS-10', 'GEN-04'], onPath(0x7f, 0x4711, 60));
  relayed('key-id-zero', 'Data with key ID 0.', ['RSS-10', 'GEN-05'], onPath(0x10, 0, 60));
  relayed(
    'control-1501',
    'A control message of 1501 bytes.',
    ['RSS-10', 'GEN-05'],
    onPath(0x0d, 0x4711, 1501),
  );
  relayed('shortest', 'A datagram of 44 bytes.', ['RSS-10'], onPath(0x10, 0x4711, 44));
  family.taken(
    'path.held',
    'Data for a leg that is not valid.',
    ['RSS-03'],
    'half',
    'node-a',
    onPath(0x10, 0x4711, 60),
    { effect: 'held' },
  );
  return { probe: good, longProbe, legProbe, direct, data, opening, legOpening };
}

/** Two legs that nobody has. */
function otherLegs(): CborValue[] {
  return [1, 2].map(
    (number) =>
      new Map<CborValue, CborValue>([
        [4, new Uint8Array(16).fill(number)],
        [28, new Uint8Array(16).fill(0x10 + number)],
        [29, concat(new Uint8Array(31), Uint8Array.of(number))],
      ]),
  );
}
