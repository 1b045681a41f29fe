/** General peers at a node: what is asked for, and what its user and its host are told. [NODE-20, NODE-23] */
import type { Ip } from '../../../reference/address.ts';
import type { GeneralConfig } from '../../../reference/config/policy.ts';
import { NO_TEST_PROFILE } from '../../../reference/locator.ts';
import { General } from '../../../reference/roles/node/general.ts';
import type { Goal } from '../../../reference/roles/node/goal.ts';
import { translatedGoal, transparentGoal } from '../../../reference/roles/node/goal.ts';
import { Path } from '../../../reference/roles/node/path.ts';
import { Paths } from '../../../reference/roles/node/paths.ts';
import { Tally } from '../../../reference/roles/tally.ts';
import type { Tunnel, TunnelEvent } from '../../../reference/roles/tunnel/tunnel.ts';
import t from '../../tap.ts';

const [OWN, REAL, OTHER, STANDS, LENT] = [
  ...['198.18.0.1', '203.0.113.1', '203.0.113.2', '198.19.0.1', '192.0.2.9'],
] as [Ip, Ip, Ip, Ip, Ip];

/** A tunnel that is up as soon as it begins. */
const UP = {
  isUp: true,
  confirmedAt: 0,
  contexts: { path: '', leg: undefined },
  carrier: { seal: () => undefined, open: () => undefined },
  start: (): TunnelEvent[] => [{ kind: 'up' }],
  close: (): TunnelEvent[] => [{ kind: 'gone' }],
  wakeAt: () => Number.POSITIVE_INFINITY,
} as unknown as Tunnel;

interface Made {
  readonly addresses: readonly Ip[];
  readonly lent?: Ip;
}

function path(number: number, goal: Goal, { addresses, lent }: Made): Path {
  const end = { nodeId: new Uint8Array(16).fill(3), party: goal.key, addresses, lent, isNamed: true };
  const pathId = new Uint8Array(16).fill(number);
  const rest = { instance: undefined, relays: [], replaces: undefined, isInitiator: true, directedAt: 0 };
  return new Path({ pathId, content: '', end, goal, ...rest }, UP);
}

function made(config: Partial<GeneralConfig> = {}) {
  const tally = new Tally();
  const paths = new Paths(8, { after: 30_000, heard: 5000 }, tally);
  const general = new General({
    config: { policy: 'bypass', destinations: [], lease: false, ...config },
    profile: NO_TEST_PROFILE,
    links: () => [],
    memory: 1000,
    paths,
    own: () => [OWN],
    changed: () => {},
  });
  const events = () =>
    tally.take().flatMap((effect) => {
      if (effect.kind !== 'note' || effect.note.what !== 'event') return [];
      return [[effect.note.event, effect.note.detail] as const];
    });
  return { paths, general, events };
}

t.test('the user is told that protection ends at the relay', (t) => {
  const { paths, events } = made();
  paths.add(path(1, translatedGoal(REAL), { addresses: [STANDS] }), 0);
  const id = '01'.repeat(16);
  t.same(events(), [
    ['general-peer', { path: id, peer: REAL, kind: 'RS-N', encryption: 'ends at the relay' }],
  ]);
});

t.test('the host is told which address is lent, and when it is no more', (t) => {
  const { paths, events } = made();
  const alone = path(1, transparentGoal(), { addresses: [], lent: LENT });
  paths.add(alone, 0);
  const id = '01'.repeat(16);
  t.same(events(), [
    ['general-peer', { path: id, peer: 'any', kind: 'RS-T', encryption: 'ends at the relay' }],
    ['lent-address', { path: id, peer: 'any', address: LENT }],
  ]);
  paths.close(alone, 1);
  t.same(events(), [['lent-address-ended', { path: id, address: LENT }]]);
});

t.test('a name by rs-n is asked for at once, one by rs-t when a packet goes there', (t) => {
  const { general } = made({
    destinations: [
      { to: '*.n.example', policy: 'rs-n' },
      { to: '*.t.example', policy: 'rs-t' },
    ],
  });
  t.same(general.resolved('a.n.example', [REAL, OTHER], 0), translatedGoal(REAL));
  t.equal(general.goalTo(REAL, 0), undefined, 'what stands for it is another address');
  t.equal(general.resolved('a.t.example', [REAL, OTHER], 0), undefined);
  t.same(general.goalTo(OTHER, 999), transparentGoal(OTHER));
  t.equal(general.goalTo(OTHER, 1000), undefined, 'for as long as it is remembered');
  t.equal(general.resolved('a.example', [REAL], 0), undefined);
});

t.test('an address without a peer is asked for once, and serves its family', (t) => {
  const { paths, general } = made({ policy: 'rs-t', lease: true });
  t.same(general.missing(), transparentGoal());
  t.equal(general.isServed(REAL), false);
  paths.add(path(1, transparentGoal(), { addresses: [], lent: LENT }), 0);
  t.equal(general.missing(), undefined);
  t.equal(general.isServed(REAL), true);
  t.equal(general.isServed('2001:db8::1' as Ip), false);
  t.equal(made({ policy: 'rs-t' }).general.missing(), undefined, 'nobody wants one');
});

t.test('where no peer was named, all but what can be none is one', (t) => {
  const { paths, general } = made();
  paths.add(path(1, translatedGoal(REAL), { addresses: [STANDS] }), 0);
  paths.add(path(2, transparentGoal(), { addresses: [], lent: LENT }), 0);
  for (const ip of [REAL, OTHER, '10.0.0.1' as Ip]) t.equal(general.anyPeer.includes(ip), true, ip);
  const none = [OWN, STANDS, LENT, ...(['0.0.0.0', '127.0.0.1', '169.254.0.1', '224.0.0.1'] as Ip[])];
  for (const ip of none) t.equal(general.anyPeer.includes(ip), false, ip);
});

t.test('packets go by the path that has both of their addresses', (t) => {
  const { paths } = made();
  const [n, named, alone] = [
    path(1, translatedGoal(REAL), { addresses: [STANDS] }),
    path(2, transparentGoal(REAL), { addresses: [REAL], lent: LENT }),
    path(3, transparentGoal(), { addresses: [], lent: '192.0.2.10' as Ip }),
  ];
  for (const one of [n, named, alone]) paths.add(one, 0);
  t.same(paths.between(OWN, STANDS), [n]);
  t.same(paths.between(LENT, REAL), [named]);
  t.same(paths.between(OWN, REAL), [], 'not from an ordinary address');
  t.same(paths.between('192.0.2.10' as Ip, OTHER), [alone]);
  t.same(paths.between('192.0.2.10' as Ip, REAL), [alone], 'each from its own');
});
