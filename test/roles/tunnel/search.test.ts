import { timersFrom } from '../../../reference/config/timers.ts';
import { Quota } from '../../../reference/roles/tunnel/quota.ts';
import { Search } from '../../../reference/roles/tunnel/search.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';

/** The seconds at which rounds begin, until a time. */
function rounds(search: Search, from: number, until: number): number[] {
  const times: number[] = [];
  while (search.wakeAt() <= 1000 * until) {
    const now = Math.max(1000 * from, search.wakeAt());
    if (search.take(now)) times.push(now / 1000);
  }
  return times;
}

t.test('nothing is looked for until data flows; then at once, after 60 s, and more and more seldom', (t) => {
  const search = new Search(timersFrom());
  search.change(0);
  t.equal(search.wakeAt(), Number.POSITIVE_INFINITY);
  t.notOk(search.take(1000));
  search.begin(5000);
  search.begin(6000);
  t.same(rounds(search, 5, 4000), [5, 65, 185, 425, 905, 1865, 2825, 3785]);
});

t.test('a change begins anew', (t) => {
  const search = new Search(timersFrom());
  search.begin(0);
  rounds(search, 0, 200);
  search.change(300_000);
  t.same(rounds(search, 300, 700), [300, 360, 480]);
});

t.test('what is found ends it; what is lost soon counts as failed, what is lost late does not', (t) => {
  const search = new Search(timersFrom());
  search.begin(0);
  rounds(search, 0, 0);
  search.found(1000);
  t.same(rounds(search, 1, 3000), []);
  search.lost(30_000);
  t.same(rounds(search, 30, 160), [150]);
  search.found(150_000);
  search.lost(200_000);
  t.same(rounds(search, 200, 1000), [440, 680]);
  search.found(1_000_000);
  search.lost(1_959_999);
  t.equal(search.wakeAt(), 1_959_999 + 960_000);
  search.found(2_000_000);
  search.found(2_500_000);
  search.lost(2_960_000);
  t.equal(search.wakeAt(), 2_960_000 + 60_000, 'it lived for 960 s');
});

t.test('a change while data goes directly: one round, and no repeats', (t) => {
  const search = new Search(timersFrom());
  search.begin(0);
  search.found(0);
  search.change(10_000);
  t.same(rounds(search, 10, 5000), [10]);
  search.change(6_000_000);
  search.lost(6_000_000);
  t.same(rounds(search, 6000, 6070), [6000, 6060], 'it is not put off by what it has ended');
});

t.test('to where nothing came from: ten datagrams in a minute, none of more than 200 bytes', (t) => {
  const quota = new Quota();
  const [one, other] = [endpoint('192.0.2.1:5'), endpoint('192.0.2.1:6')];
  t.notOk(quota.admits(one, 201, 0));
  for (let i = 0; i < 10; i++) t.ok(quota.admits(one, 200, i), `${i}`);
  t.notOk(quota.admits(one, 55, 59_999));
  t.ok(quota.admits(other, 55, 59_999), 'each endpoint by itself');
  t.ok(quota.admits(one, 55, 60_000), 'the first one is a minute ago');
  t.notOk(quota.admits(one, 55, 60_000));
  quota.heard(one);
  t.ok(quota.admits(one, 55, 60_000), 'somebody is there');
});
