import type { Endpoint } from '../../reference/address.ts';
import { Addresses } from '../../reference/channel/addresses.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import { Status } from '../../reference/wire/registry.ts';
import t from '../tap.ts';
import type { Sent } from './pair.ts';
import { A, B, C, configs, endpoint, Pair, seededBytes, TIMERS } from './pair.ts';

const PROBE = Uint8Array.from([0xa1, 0x00, 0x48, 1, 2, 3, 4, 5, 6, 7, 8]);
const A6 = endpoint('[2001:db8::1]:5000');

/** A leg that is open and quiet. */
function open(kind: 'leg' | 'association' = 'leg'): Pair {
  const pair = new Pair(kind);
  pair.open(0);
  pair.run(1000);
  return pair;
}

function says(pair: Pair, end: 0 | 1): Sent {
  const mark = pair.sent.length;
  pair.perform(end, pair.ends[end].send(0x0d, PROBE, pair.now));
  const sent = pair.sent[mark];
  if (sent === undefined) throw new Error('nothing sent');
  return sent;
}

t.test('a message from elsewhere: answered and probed there, used once the probe is answered', (t) => {
  const pair = open();
  pair.places[0] = C;
  const mark = pair.sent.length;
  says(pair, 0);
  pair.run(pair.now + 30);
  t.same(pair.chart(mark), ['C>B d', 'B>C e', 'B>C d']);
  t.same(pair.ends[1].validAddress(), A);
  pair.run(pair.now + 1000);
  t.same(pair.ends[1].validAddress(), C);
});

t.test('back to a known address: noticed like any other move', (t) => {
  const pair = open();
  for (const place of [C, A, C, A]) {
    pair.places[0] = place;
    says(pair, 0);
    pair.run(pair.now + 1000);
    t.same(pair.ends[1].validAddress(), place);
  }
});

t.test('a copied datagram is probed for, but moves nothing', (t) => {
  const pair = open();
  pair.fate = ({ to }) => (to === B ? [] : [20]);
  const mark = pair.sent.length;
  const copied = says(pair, 0);
  pair.deliver(1, copied.bytes, C);
  pair.run(pair.now + 10_000);
  // Answer, and three tries of one probe, as far as three times 55 bytes go.
  const size = copied.bytes.length;
  const toCopier = pair.sent.slice(mark).filter(({ to }) => to === C);
  t.same(
    toCopier.map(({ bytes }) => bytes[1]),
    [0x0e, 0x0d],
  );
  t.ok(toCopier.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 3 * size, 'within three times');
  t.same(pair.refusals(1), ['amplification', 'amplification']);
  t.same(pair.ends[1].validAddress(), A);
});

t.test('an old datagram, or one under old keys, nominates nobody', (t) => {
  const pair = open();
  pair.fate = () => [];
  const first = says(pair, 0);
  const second = says(pair, 0);
  const mark = pair.sent.length;
  pair.deliver(1, second.bytes, A);
  pair.deliver(1, first.bytes, C);
  // It is answered where it came from, as every probing request is, but no probe goes there.
  t.same(pair.chart(mark), ['B>A e', 'B>C e']);
});

t.test('an answer from another address than the one probed makes nothing valid', (t) => {
  const pair = open();
  pair.places[0] = C;
  pair.fate = ({ from, to }) => (from === C && to === B ? [] : [20]);
  const moved = says(pair, 0);
  pair.deliver(1, moved.bytes, C);
  const mark = pair.sent.length;
  pair.run(pair.now + 30);
  const answer = pair.sent.slice(mark).find(({ bytes }) => bytes[1] === 0x0e);
  if (answer === undefined) throw new Error('the moved end did not answer');
  pair.deliver(1, answer.bytes, endpoint('203.0.113.3:7001'));
  t.same(pair.ends[1].validAddress(), A);
  t.same(pair.refusals(1), [], 'no layer refuses it');
});

t.test('ERR-03: an answer from another address than the one probed does not end the probe', (t) => {
  const far = new FarEnd(configs('leg')[1], seededBytes(3));
  far.probe(A, undefined, 0);
  const [probe] = far.probes.takeDue(0);
  if (probe === undefined) throw new Error('no probe is due');
  const { transaction } = probe;
  t.same(far.answered(transaction, Status.ok, C), { probe, isMoved: false });
  t.same(far.answered(transaction, Status.malformed, C), { probe, isMoved: false });
  t.same(far.probes.takeDue(500), [probe], 'its tries go on');
  t.same(far.answered(transaction, Status.ok, A), { probe, isMoved: true });
  t.same(far.answered(transaction, Status.ok, A), { probe: undefined, isMoved: false }, 'that was the end');
});

t.test('an association has an address for each family, the one that became valid last in use', (t) => {
  const pair = new Pair('association', 1, { addressing: 'one-a-family' });
  pair.open(0);
  pair.run(1000);
  pair.places[0] = A6;
  says(pair, 0);
  pair.run(pair.now + 1000);
  t.same(pair.ends[1].knownAddresses(), [A6, A]);
  pair.places[0] = C;
  says(pair, 0);
  pair.run(pair.now + 1000);
  t.same(pair.ends[1].knownAddresses(), [C, A6]);
});

t.test('what cannot be the other end is not probed', (t) => {
  const pair = new Pair('leg', 1, { usable: (place) => place !== C });
  pair.open(0);
  pair.run(1000);
  pair.places[0] = C;
  const mark = pair.sent.length;
  says(pair, 0);
  pair.run(pair.now + 5000);
  t.same(pair.chart(mark), ['C>B d', 'B>C e']);
  t.same(pair.ends[1].validAddress(), A);
});

t.test('a probe from where no answer could go confirms and is not answered', (t) => {
  for (const nowhere of ['203.0.113.3:0', '[::ffff:203.0.113.3]:7000']) {
    const pair = open();
    pair.fate = () => [];
    const probe = says(pair, 0);
    const mark = pair.sent.length;
    pair.deliver(1, probe.bytes, endpoint(nowhere));
    t.same(
      pair.sent.slice(mark).filter(({ bytes }) => bytes[1] === 0x0e),
      [],
      nowhere,
    );
    t.same(pair.refusals(1), [], nowhere);
  }
});

t.test('an address that is no longer possible when its probe is answered is not used', (t) => {
  let isTaken = false;
  const pair = new Pair('leg', 1, { usable: (place) => !(isTaken && place === C) });
  pair.open(0);
  pair.run(1000);
  pair.places[0] = C;
  says(pair, 0);
  pair.run(pair.now + 30);
  isTaken = true;
  pair.run(pair.now + 5000);
  t.same(pair.ends[1].validAddress(), A);
});

/** Two ends that open at once, and the opening of the second once more from elsewhere. */
function crossed(from: Endpoint, change: ConstructorParameters<typeof Pair>[2] = {}): Pair {
  const pair = new Pair('association', 1, change);
  pair.open(1);
  const opening = pair.sent[0];
  if (opening === undefined) throw new Error('nothing sent');
  pair.open(0);
  pair.deliver(0, opening.bytes, from);
  return pair;
}

t.test('a crossed opening from what cannot be the other end leads nobody there', (t) => {
  const pair = crossed(C, { usable: (place) => place !== C });
  pair.run(60_000);
  t.same(
    pair.sent.filter(({ to }) => to === C),
    [],
  );
});

t.test('where a crossed opening led is forgotten with the attempt', (t) => {
  const pair = crossed(C);
  pair.run(60_000);
  t.ok(pair.sent.some(({ to }) => to === C));
  pair.now += TIMERS.rekey;
  const mark = pair.sent.length;
  says(pair, 0);
  pair.run(pair.now + 10_000);
  t.ok(pair.sent.slice(mark).some(({ bytes }) => bytes[1] === 0x0b));
  t.same(
    pair.sent.slice(mark).filter(({ to }) => to === C),
    [],
  );
});

t.test('one nominated earlier never replaces one nominated later', (t) => {
  const addresses = new Addresses('one');
  t.equal(addresses.validate(B, 2), true);
  t.equal(addresses.validate(A, 1), false);
  t.same(addresses.inUse(), B);
  t.equal(addresses.validate(A, 3), true);
  t.same(addresses.inUse(), A);
});

t.test('before an address is valid three times the bytes received may go there', (t) => {
  const addresses = new Addresses('one');
  t.equal(addresses.spend(A, 1), false);
  addresses.received(A, 100);
  t.same(
    [200, 101, 100, 1].map((bytes) => addresses.spend(A, bytes)),
    [true, false, true, false],
  );
  addresses.validate(A, 1);
  t.equal(addresses.spend(A, 10_000), true);
});

t.test('budgets are bounded', (t) => {
  const addresses = new Addresses('one');
  addresses.received(A, 100);
  for (let port = 1; port <= 16; port++) addresses.received({ ip: B.ip, port }, 100);
  t.equal(addresses.spend(A, 1), false);
  t.equal(addresses.spend({ ip: B.ip, port: 1 }, 300), true);
});
