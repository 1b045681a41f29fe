import { setTimeout as sleep } from 'node:timers/promises';
import { INTERNET } from '../../reference/lab/netns/segments.ts';
import type { Kind } from '../../reference/lab/netns/sites.ts';
import { Sites } from '../../reference/lab/netns/sites.ts';
import { Topology } from '../../reference/lab/netns/topology.ts';
import { execute } from '../../reference/netns/execute.ts';
import { ownNaming, remove } from '../../reference/netns/owner.ts';
import { missing } from '../../reference/netns/requirements.ts';
import t from '../tap.ts';
import type { Probe } from './udp.ts';
import { probe } from './udp.ts';

const PORT = 4330;
/** Long enough for a datagram that does come, on a busy machine. */
const QUIET = 150;
const isMissing = await missing();

/** One server has both families, so that both of a site are tried; the other one shows who else gets in. */
const SERVERS = { one: ['192.0.2.11', '2001:db8::d1'], two: ['192.0.2.12', '2001:db8::d2'] } as const;

interface Seen {
  /** The ports that a server's two sockets and the other server see of one inside socket. */
  readonly mapping: 'EIM' | 'APDM';
  readonly filtering: 'EIF' | 'ADF' | 'APDF';
  readonly isTranslated: boolean;
}

t.test('each gateway maps and lets in what its kind says', { skip: isMissing ?? false }, async (t) => {
  const name = ownNaming();
  t.teardown(() => remove());
  const topology = new Topology(name);
  const sites = new Sites(topology);
  await execute([
    ...topology.internet(),
    ...Object.entries(SERVERS).flatMap(([host, addresses]) => [
      ...topology.host(host),
      ...topology.plug(host, INTERNET, addresses),
    ]),
  ]);

  /** Three places outside: one is sent to, one has the same address, one another. */
  const outside = async (version: 4 | 6): Promise<readonly [Probe, Probe, Probe]> => {
    const at = (host: 'one' | 'two', port: number): Promise<Probe> =>
      probe(name(host), SERVERS[host][version === 4 ? 0 : 1], port);
    return [await at('one', PORT), await at('one', PORT + 1), await at('two', PORT)];
  };
  const remotes = { 4: await outside(4), 6: await outside(6) };
  t.teardown(() => Promise.all([...remotes[4], ...remotes[6]].map((remote) => remote.end())));

  const look = async (kind: Kind, version: 4 | 6, wanted: Seen): Promise<Seen> => {
    const { site, steps } = sites.make(kind);
    const host = `host-${site.name}`;
    const address = topology.lease(site.segment, host, version) ?? '';
    await execute([...steps, ...topology.host(host), ...topology.plug(host, site.segment, [address])]);
    const inside = await probe(name(host), address, PORT);
    const [first, near, far] = remotes[version];
    const [own, other] = [SERVERS.one, SERVERS.two].map((both) => both[version === 4 ? 0 : 1]);
    inside.send(`${own} ${PORT}`, `${host} opens`);
    const at = (await first.received(`${host} opens`)) ?? `${other} 1`;
    near.send(at, `${host} near`);
    far.send(at, `${host} far`);
    first.send(at, `${host} answer`);
    t.equal(await inside.received(`${host} answer`), `${own} ${PORT}`, `${kind}: an answer comes in`);
    // What is to come in is waited for; what is not may be late.
    if (wanted.filtering === 'EIF') await inside.received(`${host} far`);
    if (wanted.filtering !== 'APDF') await inside.received(`${host} near`);
    await sleep(QUIET);
    const isIn = (text: string): boolean => inside.came.some((one) => one.text === `${host} ${text}`);
    const filtering = isIn('far') ? 'EIF' : isIn('near') ? 'ADF' : 'APDF';
    inside.send(`${own} ${PORT + 1}`, `${host} again`);
    inside.send(`${other} ${PORT}`, `${host} elsewhere`);
    const others = [await near.received(`${host} again`), await far.received(`${host} elsewhere`)];
    await inside.end();
    return {
      mapping: others.every((seen) => seen === at) ? 'EIM' : 'APDM',
      filtering,
      isTranslated: at !== `${address} ${PORT}`,
    };
  };

  const wanted: [Kind, 4 | 6, Seen][] = [
    ['G4', 4, { mapping: 'EIM', filtering: 'EIF', isTranslated: false }],
    ['FC', 4, { mapping: 'EIM', filtering: 'EIF', isTranslated: true }],
    ['RC', 4, { mapping: 'EIM', filtering: 'ADF', isTranslated: true }],
    ['PR', 4, { mapping: 'EIM', filtering: 'APDF', isTranslated: true }],
    ['SY', 4, { mapping: 'APDM', filtering: 'APDF', isTranslated: true }],
    ['CE', 4, { mapping: 'EIM', filtering: 'APDF', isTranslated: true }],
    ['CS', 4, { mapping: 'APDM', filtering: 'APDF', isTranslated: true }],
    ['V6', 6, { mapping: 'EIM', filtering: 'APDF', isTranslated: false }],
    ['DS', 4, { mapping: 'EIM', filtering: 'APDF', isTranslated: true }],
    ['DS', 6, { mapping: 'EIM', filtering: 'APDF', isTranslated: false }],
    ['SPI', 4, { mapping: 'EIM', filtering: 'APDF', isTranslated: false }],
  ];
  for (const [kind, version, seen] of wanted)
    t.same(await look(kind, version, seen), seen, `${kind}, IPv${version}`);
});
