import type { Routing } from '../../../reference/channel/types.ts';
import { bestRoute } from '../../../reference/roles/tunnel/choice.ts';
import { Routes } from '../../../reference/roles/tunnel/routes.ts';
import { RouteSize } from '../../../reference/roles/tunnel/size.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { A, A6, B, RELAY } from './ends.ts';

const PLAIN = {
  isRelay: false,
  version: 6,
  isDead: false,
  isUnproven: false,
  needsSize: false,
  size: { isNarrow: false, isProven: false },
} as const;

const NARROW = { isNarrow: true, isProven: false } as const;
const PROVEN = { isNarrow: false, isProven: true } as const;

/** From the best to the worst: what each has against it. HO-14, with TUN-15 and HO-16 before, and life first. */
const ORDER = [
  PLAIN,
  { ...PLAIN, version: 4 },
  { ...PLAIN, isRelay: true },
  { ...PLAIN, isRelay: true, version: 4 },
  { ...PLAIN, size: NARROW },
  { ...PLAIN, isRelay: true, version: 4, size: NARROW },
  { ...PLAIN, isUnproven: true },
  { ...PLAIN, isUnproven: true, version: 4 },
  { ...PLAIN, isDead: true },
  { ...PLAIN, isDead: true, isUnproven: true, version: 4, size: NARROW },
] as const;

t.test('of two routes the better one, in whatever order they became valid', (t) => {
  for (const [index, better] of ORDER.entries()) {
    for (const worse of ORDER.slice(index + 1)) {
      t.equal(bestRoute<(typeof ORDER)[number]>([better, worse], [4, 6]), better);
      t.equal(bestRoute<(typeof ORDER)[number]>([worse, better], [4, 6]), better);
    }
  }
});

t.test('of equal ones the last; none of a family that the host does not have', (t) => {
  const [first, second] = [{ ...PLAIN }, { ...PLAIN }];
  t.equal(bestRoute([first, second], [4, 6]), second);
  t.equal(bestRoute([first, second], [4]), undefined);
  t.equal(bestRoute([], [4, 6]), undefined);
});

t.test(
  'OPT-03: a direct route that has not carried 1280 bytes comes after the relay, and in its family before older ones',
  (t) => {
    const relay = { ...PLAIN, isRelay: true };
    const [untried, proven] = [
      { ...PLAIN, needsSize: true },
      { ...PLAIN, needsSize: true, size: PROVEN },
    ];
    t.equal(bestRoute([relay, untried], [4, 6]), relay);
    t.equal(bestRoute([relay, proven], [4, 6]), proven);
    t.equal(bestRoute([relay, proven, untried], [4, 6]), relay, 'the far end has left where it was');
    t.equal(bestRoute([relay, untried, proven], [4, 6]), proven);
    t.equal(bestRoute([relay, { ...proven, version: 4 }, untried], [4, 6])?.version, 4);
    t.equal(bestRoute([untried], [4, 6]), untried, 'where there is no other');
    t.equal(bestRoute([{ ...relay, isDead: true }, untried], [4, 6]), untried);
  },
);

t.test('slots: the relay, and each family; one relay route at most', (t) => {
  const relay = { nodeId: A, endpoints: [RELAY, endpoint('[2001:db8::100]:4330')] } as never;
  const routes = new Routes({ relay, families: () => [4, 6] }, (length) => new Uint8Array(length));
  const { slotOf }: Routing = routes;
  t.same([A, B, A6, RELAY, endpoint('[2001:db8::100]:4330')].map(slotOf), [4, 4, 6, 0, 0]);
  const other = endpoint('[2001:db8::100]:4330');
  routes.validated(RELAY, [RELAY], 0);
  routes.validated(A, [RELAY, A], 0);
  t.equal(routes.best()?.endpoint, RELAY);
  Object.assign(routes.find(A)?.size ?? {}, { isProven: true });
  t.equal(routes.best()?.endpoint, A);
  routes.validated(other, [RELAY, A, other], 0);
  t.same(
    routes.all.map(({ endpoint: at }) => at),
    [A, other],
  );
  routes.validated(B, [other, B], 0);
  t.same(
    routes.all.map(({ endpoint: at }) => at),
    [other, B],
    'what is no longer valid is no route',
  );
});

t.test('sizes: what is probed after what, and what fits then', (t) => {
  const size = new RouteSize(() => Uint8Array.of(128));
  /** Nobody answered; `heardAt`: when something was heard by the route, if anything was. */
  const missed = (bytes: number, heardAt: number | undefined, now: number): number | undefined => {
    if (heardAt !== undefined) size.heard(heardAt);
    return size.unanswered(bytes, now - 1000, now);
  };
  const mtus = (): number[] => [size.mtu(4), size.mtu(6)];
  t.same(mtus(), [1280, 1280]);
  t.ok(size.isDue(0));
  t.equal(size.begin(0), 1324);
  t.equal(size.begin(1), undefined, 'one at a time');
  t.equal(size.answered(1444, 1), undefined, 'no such probe');
  t.equal(size.answered(1324, 10), 1444);
  t.equal(missed(1444, 1000, 2510), undefined);
  t.same(mtus(), [1280, 1280]);
  t.notOk(size.isDue(540_000));
  t.ok(size.isDue(662_510));
  t.equal(size.begin(700_000), 1324);
  t.equal(missed(1324, undefined, 702_500), undefined);
  t.same([mtus(), size.isDue(702_500)], [[1280, 1280], true], 'a dead route says nothing about its size');
  t.equal(size.begin(702_500), 1324);
  t.equal(missed(1324, 703_000, 705_000), undefined);
  t.same([mtus(), size.isNarrow], [[1152, 1280], true]);
  t.equal(size.begin(1_400_000), 1324);
  t.equal(size.answered(1324, 1_400_010), 1444);
  t.equal(size.answered(1444, 1_400_020), undefined);
  t.same([mtus(), size.isNarrow], [[1400, 1400], false]);
  t.equal(size.begin(2_100_000), 1444, 'the size in use');
  t.equal(missed(1444, 2_101_000, 2_102_500), 1324);
  t.equal(missed(1324, 2_103_000, 2_105_000), undefined);
  t.same(mtus(), [1152, 1280]);
  t.notOk(size.isDue(2_106_000));
  t.equal(size.suspect(2_106_000), 1324, 'at once [TUN-21]');
  t.equal(size.suspect(2_106_001), undefined, 'one at a time');
});

t.test('sizes: a route that came back after the last try is asked once more [TUN-15]', (t) => {
  const size = new RouteSize(() => Uint8Array.of(128));
  t.equal(size.begin(0), 1324);
  size.heard(2000);
  t.equal(size.unanswered(1324, 1500, 2500), 1324, 'it was silent while that was asked');
  t.notOk(size.isNarrow);
  t.equal(size.answered(1324, 2600), 1444);
  t.equal(size.answered(1444, 2700), undefined);
  t.equal(size.mtu(4), 1400);
  t.equal(size.suspect(3000), 1444);
  size.heard(5000);
  t.equal(size.unanswered(1444, 4500, 5500), 1444);
  size.heard(7600);
  t.equal(size.unanswered(1444, 7000, 8000), 1324, 'once, not for ever');
});
