import { NATS, Places, SITUATIONS } from '../../reference/lab/places.ts';
import { possible } from '../../reference/lab/possible.ts';
import type { NatOptions } from '../../reference/net/sim/nat.ts';
import { at } from '../net/addresses.ts';
import { bound, internet } from '../net/sim/bench.ts';
import t from '../tap.ts';

const MAPPINGS = ['EIM', 'ADM', 'APDM'] as const;
const FILTERINGS = ['EIF', 'ADF', 'APDF'] as const;
const ALL: readonly NatOptions[] = MAPPINGS.flatMap((mapping) =>
  FILTERINGS.map((filtering) => ({ mapping, filtering, ports: 'random' })),
);

const nameOf = ({ mapping, filtering }: NatOptions): string => `${mapping}/${filtering}`;

/** Plain hosts, no NTMobile: whether they get through both ways if both send to what a server says, and to what they hear. */
async function getsThrough(one: NatOptions, other: NatOptions): Promise<boolean> {
  const net = internet(`${nameOf(one)} ${nameOf(other)}`);
  const server = await bound(hostIn(net, 'server', net.realm), at('203.0.113.2:5000'));
  const talkers = [];
  for (const [index, nat] of [one, other].entries()) {
    const site = net.site(`home ${index}`, { prefix4: '10.0.0.', nat });
    const host = hostIn(net, `host ${index}`, site.realm);
    talkers.push(await bound(host, { ip: host.addresses[0] ?? server.local.ip, port: 5000 }));
  }
  const [a, b] = talkers as [(typeof talkers)[number], (typeof talkers)[number]];
  for (const talker of talkers) talker.say('who am I', server.local);
  await net.time.run(1);
  const [seenA = a.local, seenB = b.local] = server.from;
  for (let round = 0; round < 4; round++) {
    for (const to of [seenB, ...b.from.slice(-1), ...a.from.slice(-1)]) a.say(`from a ${round}`, to);
    for (const to of [seenA, ...a.from.slice(-1), ...b.from.slice(-1)]) b.say(`from b ${round}`, to);
    await net.time.run(1);
  }
  return a.heard.includes('from b 3') && b.heard.includes('from a 3');
}

function hostIn(net: ReturnType<typeof internet>, name: string, realm: typeof net.realm) {
  const host = net.host(name);
  host.plug('eth', realm);
  return host;
}

for (const one of ALL) {
  t.test(`${nameOf(one)} to each NAT: what is possible is what plain hosts get`, async (t) => {
    for (const other of ALL) {
      const places = new Places(internet());
      const place = (nat: NatOptions, name: string) => places.behind(name, { ...places.home(), nat });
      t.equal(
        possible(place(one, 'one'), place(other, 'other'), false).direct,
        await getsThrough(one, other),
        nameOf(other),
      );
    }
  });
}

t.test('NATs in a row do what the strictest does; a NAT64 counts where it is known', (t) => {
  const places = new Places(internet());
  const [pr, g4] = [places.make('PR'), places.make('G4')];
  t.equal(possible(places.make('CE'), pr, false).direct, true);
  t.equal(possible(places.make('CS'), pr, false).direct, false);
  const six = places.make('V64');
  t.same([possible(six, g4, false).isAcross, possible(six, g4, false).direct], [true, false]);
  t.same([possible(six, g4, true).by, possible(six, pr, true).direct], ['row', true]);
  const strict = places.behind('strict', { ...places.six(), nat64: NATS.SY });
  t.equal(possible(strict, pr, true).direct, false);
  for (const situation of SITUATIONS)
    t.equal(
      possible(places.make(situation), places.make(situation), true).direct,
      !/^(SY|CS)$/.test(situation),
    );
});
