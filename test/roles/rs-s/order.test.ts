/** The order of transaction and schema, and what counts how often. [GEN-19, GEN-46] */
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import { bodyMap } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import type { Peer } from './world.ts';
import { direction, transaction, World } from './world.ts';

function booted(): { world: World; dc: Peer } {
  const world = new World();
  world.boot();
  const [dc] = world.dcs;
  if (dc === undefined) throw new Error('a world has DCs');
  return { world, dc };
}

/** Sends a body as it is and gives the statuses of what came for it. */
function tell(
  world: World,
  dc: Peer,
  type: 0x07 | 0x0a | 0x0d | 0x0e,
  body: ReadonlyMap<CborValue, CborValue>,
): number[] {
  const mark = dc.received.length;
  for (const event of dc.channel.send(type, encodeCbor(body), world.now))
    if (event.kind === 'send') world.arrive(event.bytes, dc.at);
  return dc.received
    .slice(mark)
    .flatMap((event) =>
      event.kind === 'message' && 'status' in event.message && event.message.status !== undefined
        ? [event.message.status]
        : [],
    );
}

t.test('a malformed request counts once, its repeat gets the answer again and does not count', (t) => {
  const { world, dc } = booted();
  const body = bodyMap(direction(1)).set(9, 0);
  t.same(tell(world, dc, 0x07, body), [1]);
  t.same(tell(world, dc, 0x07, body), [1]);
  t.same(world.refusals(), ['schema']);
  t.equal(world.role.counters()['answered.malformed'], 1);
});

t.test('a malformed request with the transaction of another one is refused by `transaction` alone', (t) => {
  const { world, dc } = booted();
  const good = direction(1);
  t.same(tell(world, dc, 0x07, bodyMap(good)), [0]);
  t.same(tell(world, dc, 0x07, bodyMap(good).set(9, 0)), []);
  t.same(world.refusals(), ['transaction']);
});

t.test('a malformed answer that matches no request is refused by `transaction` alone', (t) => {
  const { world, dc } = booted();
  const answers: readonly (readonly [0x0a | 0x0e, ReadonlyMap<CborValue, CborValue>])[] = [
    [0x0a, new Map<CborValue, CborValue>([[0, transaction()]])],
    [0x0e, new Map<CborValue, CborValue>([[0, transaction()]])],
    [0x0e, new Map<CborValue, CborValue>([...new Map([[0, transaction()]]), [0x8000, 0]])],
  ];
  for (const [type, body] of answers) t.same(tell(world, dc, type, body), []);
  t.same(world.refusals(), ['transaction', 'transaction', 'transaction']);
});

t.test(
  'a malformed answer to an outstanding request is refused by `schema`, and the request has failed',
  (t) => {
    const world = new World();
    const [dc] = world.dcs;
    if (dc === undefined) throw new Error('a world has DCs');
    world.boot();
    world.run(61_000);
    const renewal = dc.messages().find(({ type }) => type === 0x09);
    if (renewal === undefined) throw new Error('no renewal');
    const body = new Map<CborValue, CborValue>([
      [0, renewal.transaction],
      [1, 0],
    ]);
    t.same(tell(world, dc, 0x0a, body), []);
    t.same(tell(world, dc, 0x0a, body), []);
    t.same(world.refusals(), ['schema', 'transaction']);
  },
);

t.test('a malformed probe is answered each time, and counts each time', (t) => {
  const { world, dc } = booted();
  const body = new Map<CborValue, CborValue>([
    [0, transaction()],
    [2, 'text'],
  ]);
  tell(world, dc, 0x0d, body);
  tell(world, dc, 0x0d, body);
  t.same(world.refusals(), ['schema', 'schema']);
});

t.test('RS-17: a kind that is not assigned is no failed schema', (t) => {
  const { world, dc } = booted();
  const body = new Map<CborValue, CborValue>([
    [0, transaction()],
    [9, 0],
    [19, new Uint8Array(16)],
    [20, new Uint8Array(32)],
    [26, 9],
  ]);
  t.same(tell(world, dc, 0x07, body), [2]);
  t.same(world.refusals(), []);
  t.equal(world.role.counters()['answered.unsupported'], 1);
});
