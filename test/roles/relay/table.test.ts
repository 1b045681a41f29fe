/** The rows of the spec's table on what a Relay Direction is answered, for relays that are tunnel ends. */
import { fromHex } from '../../../reference/bytes.ts';
import type { RelayDirectionEnd } from '../../../reference/wire/messages.ts';
import t from '../../tap.ts';
import { addr, FOR, OUT, transaction, World } from './world.ts';

const [OK, MALFORMED, UNSUPPORTED, REFUSED, BUSY] = [0, 1, 2, 5, 9];
const withdrawal = (path: number) =>
  ({
    type: 0x07,
    transaction: transaction(),
    pathId: new Uint8Array(16).fill(path),
    withdraw: true,
  }) as const;
const again = (direction: RelayDirectionEnd, change: Partial<RelayDirectionEnd> = {}) => ({
  ...direction,
  transaction: transaction(),
  ...change,
});

for (const role of ['rs-n', 'rs-t'] as const) {
  t.test(`${role}: withdrawals`, (t) => {
    const world = new World(role);
    t.equal(world.status(world.dc, withdrawal(1)), OK, 'of what it does not have');
    t.equal(world.status(world.dc, world.direction(1, 1)), OK);
    t.equal(world.status(world.other, withdrawal(1)), REFUSED, 'of what another DC owns');
    t.equal(world.counter('table.paths.size'), 1);
    const answer = world.ask(world.dc, withdrawal(1));
    t.same(answer, { type: 0x08, transaction: answer?.transaction, status: OK }, 'with no endpoints');
    t.equal(world.counter('table.paths.size'), 0);
  });

  t.test(`${role}: what it does not offer, and what says too little`, (t) => {
    const world = new World(role);
    const { dc } = world;
    const otherKind = role === 'rs-n' ? 3 : 2;
    t.equal(world.status(dc, world.direction(1, 1, { kind: otherKind })), UNSUPPORTED);
    t.equal(
      world.status(dc, {
        type: 0x07,
        transaction: transaction(),
        pathId: new Uint8Array(16).fill(1),
        kind: 9,
      }),
      UNSUPPORTED,
    );
    const lacking = { peerAddress: undefined };
    t.equal(world.status(dc, world.direction(1, 1, lacking)), role === 'rs-n' ? MALFORMED : OK);
  });

  t.test(`${role}: repeated, with other content, of another owner`, (t) => {
    const world = new World(role);
    const direction = world.direction(1, 1);
    const first = world.ask(world.dc, direction);
    const second = again(direction);
    t.same(world.ask(world.dc, second), { ...first, transaction: second.transaction });
    t.equal(world.status(world.dc, again(direction, { lifetime: 60 })), REFUSED);
    t.equal(world.status(world.other, again(direction)), REFUSED);
    t.equal(world.counter('table.paths.size'), 1);
  });

  t.test(`${role}: IDs in use, and what does not fit`, (t) => {
    const world = new World(role);
    const { dc, other } = world;
    t.equal(world.status(dc, world.direction(1, 1, { pathId: fromHex('c1'.repeat(16)) })), REFUSED);
    t.equal(world.status(dc, world.direction(1, 1)), OK);
    const replaces = new Uint8Array(16).fill(1);
    t.equal(world.status(dc, world.direction(2, 2, { replaces })), REFUSED, "another node's path");
    t.equal(world.status(other, world.direction(2, 1, { replaces })), REFUSED, "another DC's path");
    const { virtualAddresses } = world.direction(1, 1);
    t.equal(world.status(dc, world.direction(2, 2, { virtualAddresses })), REFUSED, "another node's address");
    const unknown = new Uint8Array(16).fill(0x77);
    t.equal(world.status(dc, world.direction(2, 2, { replaces: unknown })), OK, 'an unknown path');
  });

  t.test(`${role}: whom it may lead to`, (t) => {
    const world = new World(role, { allow: ['10.9.0.0/16'] });
    const refused = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '224.0.0.1', '0.0.0.0', OUT, '192.0.2.61'];
    for (const [index, ip] of [...refused, 'fe80::1', 'fd00:ec2::254'].entries())
      t.equal(world.status(world.dc, world.direction(index + 1, 1, { peerAddress: addr(ip) })), REFUSED, ip);
    t.equal(world.status(world.dc, world.direction(99, 1, { peerAddress: addr('10.9.1.1') })), OK);
  });

  t.test(`${role}: busy at its capacity, and then only for new ones`, (t) => {
    const world = new World(role, { capacity: 2 });
    const first = world.direction(1, 1);
    t.equal(world.status(world.dc, first), OK);
    t.equal(world.status(world.dc, world.direction(2, 1)), OK);
    t.equal(world.status(world.dc, world.direction(3, 1)), BUSY);
    t.equal(world.status(world.dc, again(first)), OK);
    t.equal(world.status(world.dc, withdrawal(2)), OK);
    t.equal(world.status(world.dc, world.direction(3, 1)), OK);
    t.equal(world.counter('table.paths.size'), world.counter('table.paths.bound'));
  });
}

t.test('rs-n: without the address that stands for the peer', (t) => {
  const world = new World('rs-n');
  t.equal(world.status(world.dc, world.direction(1, 1, { peerVirtualAddress: undefined })), MALFORMED);
  t.equal(world.allocated(world.dc, world.direction(1, 1, { peerVirtualAddress: addr(FOR) })), OUT);
});
