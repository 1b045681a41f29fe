/** Two nodes of two DCs and a relay, five processes: a ping by name, by every kind of way. */
import t from '../../tap.ts';
import type { Written } from './parties.ts';
import { BOB, Parties } from './parties.ts';

const PORT = /:\d+$/;
const v4 = (config: Written, ip = '127.0.0.1') => {
  config.listen = [`${ip}${PORT.exec(config.listen[0] ?? '')?.[0]}`];
};
const v6 = (config: Written) => {
  config.listen = [`[::1]${PORT.exec(config.listen[0] ?? '')?.[0]}`];
};

interface Way {
  readonly name: string;
  readonly route: 'direct' | 'by relay';
  readonly alice?: (config: Written) => void;
  readonly bob?: (config: Written) => void;
  /** What has to be in the chart, in this order, whatever stands between. */
  readonly shape?: readonly string[];
}

/** Each begins from where the one before left the files. */
const WAYS: readonly Way[] = [
  {
    name: 'both have IPv6',
    route: 'direct',
    shape: [
      '|------------>|             |             |             |  Registration Request',
      '|<------------|             |             |             |  Registration Response',
      '|------------>|             |             |             |  Direction Request',
      '|             |-------------------------->|             |  Node Information Request',
      '|             |<--------------------------|             |  Node Information Response',
      '|             |-------------------------->|             |  Route Direction',
      '|             |             |             |------------>|  Route Direction',
      '|             |             |             |<------------|  Acknowledgement',
      '|             |<--------------------------|             |  Acknowledgement',
      '|<------------|             |             |             |  Route Direction',
      '|------------------------------------------------------>|  Data',
      '|<------------------------------------------------------|  Data',
    ],
  },
  {
    name: 'an end that wants no direct way',
    route: 'by relay',
    alice: (config) => {
      config.features = ['relay-only'];
    },
    shape: [
      '|------------>|             |             |             |  Direction Request',
      '|             |------------>|             |             |  Relay Direction',
      '|             |<------------|             |             |  Direction Response',
      '|             |             |             |------------>|  Route Direction',
      '|             |             |             |<------------|  Acknowledgement',
      '|<------------|             |             |             |  Route Direction',
      '|-------------------------->|             |             |  Tunnel Request, opening',
      '|             |             |-------------------------->|  Tunnel Request, opening',
      '|-------------------------->|             |             |  Data',
      '|             |             |-------------------------->|  Data',
      '|             |             |<--------------------------|  Data',
      '|<--------------------------|             |             |  Data',
    ],
  },
  {
    name: 'IPv4 alone',
    route: 'direct',
    alice: (config) => {
      config.features = [];
      v4(config);
    },
    bob: (config) => v4(config),
  },
  {
    name: 'behind different NATs, as the DCs see it',
    route: 'by relay',
    alice: (config) => v4(config, '127.0.1.1'),
    bob: (config) => v4(config, '127.0.1.2'),
  },
  {
    name: 'one has IPv4 alone, the other IPv6 alone',
    route: 'by relay',
    alice: (config) => v4(config),
    bob: v6,
  },
];

/** Which lines of a shape are not in a chart in their order. */
function missing(chart: readonly string[], shape: readonly string[]): string[] {
  const left = [...shape];
  for (const line of chart) if (left[0] !== undefined && plain(line) === left[0]) left.shift();
  return left;
}

/** A line without number, time, context and size. */
function plain(line: string): string {
  return line.replace(/^#\d+ +[\d.]+ {2}/, '').replace(/(, [0-9a-f]{8})?, \d+ bytes$/, '');
}

t.test('ping by name', async (t) => {
  const parties = await Parties.create(t);
  for (const dc of ['dc-one', 'dc-two'] as const)
    parties.change(dc, ({ testProfile }) => {
      testProfile.global = ['127.0.0.0/24', '::1/128'];
      testProfile.private = ['127.0.1.0/24'];
    });
  await Promise.all((['dc-one', 'dc-two', 'rs-s'] as const).map((party) => parties.start(party)));

  for (const { name, route, alice, bob, shape } of WAYS) {
    await t.test(name, async (t) => {
      if (alice) parties.change('alice', alice);
      if (bob) parties.change('bob', bob);
      await parties.start('bob');
      for (const version of [4, 6] as const) {
        const ping = parties.ping('--count', '1', ...(version === 6 ? ['-6'] : []));
        const { status, out, err } = await ping.ended;
        t.equal(status, 0, `inner IPv${version}\n${out}${err}`);
        const [, pinged, reply, summary, ...rest] = out.split('\n');
        const [own, far] = version === 4 ? ['198.18.1.1', '198.18.2.1'] : ['fd00:1::1', 'fd00:2::1'];
        t.equal(pinged, `ping ${BOB}: ${far}, from ${own}`);
        t.match(reply, new RegExp(`^reply from ${far}: seq=1 time=\\d+\\.\\d ms, ${route}$`));
        t.match(summary, /^1 sent, 1 received, 0% lost, /);
        t.same(rest, ['']);
      }
      t.equal((await parties.end('bob', 'SIGTERM')).status, 0);
      if (shape === undefined) return;
      const chart = await parties.chart();
      t.match(chart[0], /^ +ms {2}alice {9}dc-one {8}rs-s {10}dc-two {8}bob$/);
      t.same(missing(chart, shape), [], chart.join('\n'));
    });
  }
});
