import type { Endpoint, Ip } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { parsePrefix } from '../../../reference/locator.ts';
import type { Candidate } from '../../../reference/roles/node/choice.ts';
import { chosen, surplus } from '../../../reference/roles/node/choice.ts';
import { nodeGoal } from '../../../reference/roles/node/goal.ts';
import { HeldPackets } from '../../../reference/roles/node/held.ts';
import { KeepAlive } from '../../../reference/roles/node/keep-alive.ts';
import { conflict, formatPrefix, Location } from '../../../reference/roles/node/location.ts';
import { Names } from '../../../reference/roles/node/names.ts';
import { RegistrationPlan } from '../../../reference/roles/node/plan.ts';
import t from '../../tap.ts';

const [A, B] = ['198.18.0.1', '198.18.0.2'] as [Ip, Ip];
const [GOAL_A, GOAL_B] = [nodeGoal('a.ntmobile.x'), nodeGoal('b.ntmobile.x')];
const endpoint = (text: string): Endpoint => {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const prefix = (text: string) => {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
/** In the middle: no jitter. */
const middle = (length: number): Uint8Array => new Uint8Array(length).fill(127);
const about = (value: number, wanted: number): boolean => Math.abs(value - wanted) < wanted / 100;

t.test('packets are held in order, 64 for one destination, for their time', (t) => {
  const held = new HeldPackets(5000, 100);
  for (let i = 0; i < 70; i++) t.equal(held.add(A, Uint8Array.of(i), i), i < 64);
  for (let i = 0; i < 40; i++) held.add(B, Uint8Array.of(i), 100);
  t.equal(held.size, 100, 'the bound of all');
  t.equal(held.wakeAt(), 5000);
  t.same(held.takeExpired(4999), []);
  t.same(held.takeExpired(5001), [Uint8Array.of(0), Uint8Array.of(1)]);
  t.equal(held.wakeAt(), 5002);
  t.same(
    held.take(A).map(([first]) => first),
    Array.from({ length: 62 }, (_, i) => i + 2),
  );
  t.same(held.destinations(), [B]);
  t.equal(held.takeExpired(10_000).length, 36);
  t.same([held.size, held.wakeAt(), held.destinations()], [0, Number.POSITIVE_INFINITY, []]);
});

t.test('a held packet is a copy', (t) => {
  const held = new HeldPackets(1, 1);
  const packet = Uint8Array.of(1);
  held.add(A, packet, 0);
  packet[0] = 2;
  t.same(held.take(A), [Uint8Array.of(1)]);
});

t.test('names are kept for their time after the last use, the latest for an address', (t) => {
  const names = new Names(1000, 2);
  names.note([A, B], GOAL_A, 100);
  t.equal(names.goalOf(A, 1099), GOAL_A);
  t.equal(names.goalOf(A, 1100), undefined);
  names.note([B], GOAL_B, 50);
  t.equal(names.goalOf(B, 1000), GOAL_B);
  names.note([B], GOAL_B, 20);
  t.equal(names.goalOf(B, 1049), GOAL_B, 'an earlier use takes nothing away');
  names.note([A, '198.18.0.3' as Ip], nodeGoal('c.ntmobile.x'), 60);
  t.equal(names.goalOf(B, 100), undefined, 'the bound');
});

function candidate(pathId: number, change: Partial<Candidate> = {}): Candidate {
  return { pathId: Uint8Array.of(pathId), isUp: true, isLost: false, confirmedAt: 0, heardAt: 0, ...change };
}

t.test('the lowest path that is up is sent on, others are closed after 30 s if it lives', (t) => {
  const [low, mid, high] = [candidate(1, { isUp: false }), candidate(2), candidate(3)];
  t.equal(chosen([high, mid, low]), mid);
  t.equal(chosen([low]), undefined);
  t.equal(chosen([]), undefined);
  const timers = { after: 30_000, heard: 5000 };
  t.same(surplus([low, mid, high], timers, 30_000), [], 'nothing heard on the lowest');
  const alive = candidate(2, { heardAt: 26_000 });
  t.same(surplus([low, alive, high], timers, 29_999), []);
  t.same(surplus([low, alive, high], timers, 30_000), [high]);
  t.same(surplus([low, alive, high], timers, 31_000), [], 'heard 5 s ago');
  t.same(surplus([alive, candidate(3, { confirmedAt: 20_000 })], timers, 30_000), []);
  t.same(surplus([], timers, 30_000), []);
  const lost = candidate(0, { isUp: false, isLost: true, confirmedAt: 29_000 });
  t.same(surplus([lost, alive], timers, 30_000), [lost], 'a dead one need not be 30 s old');
  t.same(surplus([lost, candidate(2)], timers, 30_000), [], 'but the other one has to be heard');
});

t.test('registrations: at once, at half the lifetime, after 5 s and twice that and so on', (t) => {
  const plan = new RegistrationPlan({ retryMin: 5000, retryMax: 60_000 }, middle);
  t.equal(plan.wakeAt(), Number.POSITIVE_INFINITY);
  plan.restart([4, 6], 0);
  t.same(plan.takeDue(0), [4, 6]);
  t.same(plan.takeDue(0), [], 'under way');
  t.notOk(plan.isRegistered(0));
  plan.granted(4, 0, 100_000);
  t.ok(plan.isRegistered(99_999));
  t.notOk(plan.isRegistered(100_000));
  let at = 100;
  for (const pause of [5000, 10_000, 20_000]) {
    plan.failed(6, at);
    t.ok(about(plan.wakeAt() - at, pause), `after ${pause}`);
    at = plan.wakeAt();
    t.same(plan.takeDue(at), [6]);
  }
  plan.failed(6, at);
  t.ok(about(plan.wakeAt(), 50_000), 'the other family is renewed');
  at = plan.wakeAt();
  t.same(plan.takeDue(at), [4], 'one that fails has times of its own');
  plan.granted(4, at, 100_000);
  for (let i = 0; i < 3; i++) {
    at = plan.wakeAt();
    if (plan.takeDue(at).includes(6)) plan.failed(6, at);
  }
  plan.restart([6], at);
  t.same(plan.takeDue(at), [6], 'a change of network');
  plan.granted(4, at, 1000);
  t.notOk(plan.isRegistered(at + 200_000), 'the answer to a family that is gone');
  plan.granted(6, at, 60_000);
  t.ok(about(plan.wakeAt() - at, 30_000));
  plan.end();
  t.same([plan.wakeAt(), plan.isRegistered(at)], [Number.POSITIVE_INFINITY, false]);
});

t.test('the back-off ends at 60 s', (t) => {
  const plan = new RegistrationPlan({ retryMin: 5000, retryMax: 60_000 }, middle);
  plan.restart([4], 0);
  let at = 0;
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    plan.takeDue(at);
    plan.failed(4, at);
    pauses.push(Math.round((plan.wakeAt() - at) / 1000));
    at = plan.wakeAt();
  }
  t.same(pauses, [5, 10, 20, 40, 60, 60]);
});

t.test('keep-alives come at 80 to 100 % of the interval', (t) => {
  const keep = new KeepAlive((length) => new Uint8Array(length).fill(255));
  t.same(keep.takeDue(1e9), []);
  keep.set(4, 25_000, 0);
  t.equal(keep.wakeAt(), 25_000);
  keep.set(4, 20_000, 1000);
  t.equal(keep.wakeAt(), 25_000, 'one that is set goes on');
  t.same(keep.takeDue(25_000), [4]);
  t.equal(keep.wakeAt(), 45_000);
  keep.clear();
  t.equal(keep.wakeAt(), Number.POSITIVE_INFINITY);
  const early = new KeepAlive((length) => new Uint8Array(length));
  early.set(6, 25_000, 0);
  t.equal(early.wakeAt(), 20_000);
});

t.test('real endpoints: none that nobody reaches, none that is virtual, 8 at most', (t) => {
  const profile = { global: [prefix('127.0.0.1/32')], private: [] };
  const location = new Location(['203.0.113.5:7', '[2001:db8::5]:7'].map(endpoint), profile);
  location.set(['0.0.0.0:7', '[::]:7'].map(endpoint));
  t.same(location.real([]), ['203.0.113.5:7', '[2001:db8::5]:7'].map(endpoint));
  t.same(location.families(), [4, 6]);
  location.set([endpoint('127.0.0.1:7')]);
  t.same(location.real([]), [endpoint('127.0.0.1:7')], 'the test profile');
  t.same(location.families(), [4]);
  for (const text of ['127.0.0.2:7', '169.254.1.1:7', '224.0.0.1:7', '192.0.2.1:0', '198.18.0.1:7']) {
    location.set([endpoint(text)]);
    t.same(location.real([A]), [], text);
  }
  t.same(location.own().length, 3);
});

t.test('NATed: over IPv4 if the DC sees another endpoint or none, over IPv6 always', (t) => {
  const location = new Location([], { global: [], private: [] });
  location.set(['9.9.9.5:7', '[2606::5]:7'].map(endpoint));
  t.ok(location.isNatted(4), 'not known');
  location.observe(4, endpoint('9.9.9.5:7'));
  location.observe(6, endpoint('[2606::5]:7'));
  t.notOk(location.isNatted(4));
  t.ok(location.isNatted(6));
  location.observe(4, endpoint('9.9.9.5:8'));
  t.ok(location.isNatted(4), 'another port');
  location.set([endpoint('10.0.0.5:7')]);
  location.observe(4, endpoint('10.0.0.5:7'));
  t.ok(location.isNatted(4), 'private');
  location.set([endpoint('192.0.2.5:7')]);
  location.observe(4, endpoint('192.0.2.5:7'));
  t.ok(location.isNatted(4), 'for documentation');
});

t.test('a virtual address inside an attached link is found', (t) => {
  const links = [prefix('10.0.0.0/8'), prefix('198.18.0.0/24')];
  const found = conflict([B, A], links);
  t.same([found?.address, found && formatPrefix(found.link)], [B, '198.18.0.0/24']);
  t.equal(conflict(['198.19.0.1' as Ip], links), undefined);
});
