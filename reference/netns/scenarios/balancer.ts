import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientName } from '../../lab/balancer/configs.ts';
import {
  BALANCER,
  clientConfigOf,
  dcConfigFor,
  fqdn,
  hostAddresses,
  ntmaConfigOf,
  SERVERS,
  SERVICE,
  SERVICE_PORT,
} from '../../lab/balancer/configs.ts';
import { NAME_SERVER, STUB } from '../../lab/netns/configs.ts';
import type { Segment } from '../../lab/netns/segments.ts';
import type { Kind } from '../../lab/netns/sites.ts';
import { FORWARDS } from '../../lab/netns/steps.ts';
import type { Scenario, Stage } from '../stage.ts';
import { Download, seenBy, startWeb } from '../web.ts';

const CLIENTS: readonly (readonly [ClientName, Kind])[] = [
  ['client1', 'PR'],
  ['client2', 'SY'],
  ['client3', 'G4'],
  ['client4', 'V6'],
  ['client5', 'FC'],
];
const VISITS = 3;
const BYTES = 2_000_000;
const RATE = 250_000;
const READY = 60_000;
const V4 = 0;

/** The network between adaptor and balancer, and the one of the servers: as in the paper's figure. */
const FRONT: Segment = { at: 'ntma1', bridge: 'inside', prefix4: '192.168.3.' };
const BACK: Segment = { at: 'balancer', bridge: 'servers', prefix4: '10.0.1.' };
const servers = SERVERS.map(({ addresses }, at) => ({ name: `server${at + 1}`, address: addresses[V4] }));

/** What comes for a virtual address of the service goes to the balancer; which client it is from is left as it is. */
const toBalancer = (virtual: string): string => `table ip adaptor {
  chain pre {
    type nat hook prerouting priority dstnat;
    ip daddr ${virtual} tcp dport ${SERVICE_PORT} dnat to ${BALANCER.outside}
  }
}
`;

/** A balancer by the hash of who asks; conntrack keeps to what was chosen. */
const HASH = `table ip balancer {
  chain pre {
    type nat hook prerouting priority dstnat;
    ip daddr ${BALANCER.outside} tcp dport ${SERVICE_PORT} dnat to jhash ip saddr mod ${servers.length} seed 0x7 map { ${servers.map(({ address }, at) => `${at} : ${address}`).join(', ')} }
  }
}
`;

const HAPROXY = `global
  maxconn 100
defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen service
  bind ${BALANCER.outside}:${SERVICE_PORT}
  balance source
  hash-type consistent
${servers.map(({ name, address }) => `  server ${name} ${address}:${SERVICE_PORT}`).join('\n')}
`;

export const balancer: Scenario = {
  title: 'A load balancer behind an NTMA: nftables by hash, then HAProxy; one client moves amid a download',
  programs: ['curl', 'nginx', 'haproxy'],
  members: [],
  isLarge: true,
  play: async (stage) => {
    const { ground, cast } = stage;
    cast.isTraced = false;
    await cast.dns({ [SERVICE]: fqdn('ntma1'), 'ns.example.net': [hostAddresses('dc')[V4]] });
    await ground.host('dc', hostAddresses('dc'));
    const names = CLIENTS.map(([name]) => name);
    const dc = await cast.role('dc', 'dc', { ...dcConfigFor(names), resolver: `${NAME_SERVER[V4]}:53` });
    await dc.found(/ready on/, READY);
    await inside(stage);
    const ntma = await cast.role('ntma1', 'ntma', ntmaConfigOf('ntma1'), '--tun', 'ntm0');
    const [, virtual = ''] = await ntma.found(/ registered .*addresses="?([\d.]+)/, READY);
    await ground.rules('ntma1', toBalancer(virtual));
    const begin = async ([name, kind]: (typeof CLIENTS)[number]): Promise<void> => {
      const own = clientConfigOf(name, ['0.0.0.0:4330', '[::]:4330']);
      const resolver = kind === 'V6' ? `[${NAME_SERVER[1]}]:53` : `${NAME_SERVER[V4]}:53`;
      await cast.at(name, await ground.site(kind), { ...own, dns: { listen: [`${STUB}:53`] }, resolver });
    };
    await Promise.all(CLIENTS.map(begin));
    stage.remark(`${names.length} clients are registered; ${SERVICE} leads to ${virtual}`);

    await ground.rules('balancer', HASH);
    const web = await startWebs(stage);
    await visits(stage, 'nftables');
    const seen = (await Promise.all(servers.map(({ name }) => seenBy(ground, name)))).flat();
    const isTrue = seen.length === names.length && seen.every((address) => address.startsWith('198.18.'));
    stage.expect('the servers see each client by its virtual address', isTrue, seen.join(', '));
    await downloadOver(stage, 'SY', web);

    await ground.rules('balancer', 'flush ruleset');
    const config = await ground.file('haproxy.cfg', HAPROXY);
    ground.start('balancer', ['haproxy', '-db', '-f', config], 'haproxy');
    await sleep(1000);
    await visits(stage, 'HAProxy');
    await downloadOver(stage, 'FC', web);
  },
};

/** The adaptor's host, the balancer behind it, and the servers behind that. */
async function inside({ ground }: Stage): Promise<void> {
  await ground.host('ntma1', hostAddresses('ntma1'), FORWARDS);
  await ground.network(FRONT);
  await ground.member('balancer', FRONT, [BALANCER.outside], FORWARDS);
  await ground.network(BACK);
  for (const { name, address } of servers) await ground.member(name, BACK, [address]);
}

/** @returns the digests of what the servers have, by their names */
async function startWebs({ ground }: Stage): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const { name } of servers) {
    const { digest } = await startWeb(ground, name, BYTES, RATE);
    await writeFile(join(ground.folder, `web-${name}`, 'name'), name);
    digests.set(name, digest);
  }
  return digests;
}

async function visits(stage: Stage, kind: string): Promise<void> {
  const { ground } = stage;
  stage.remark(`each client visits ${SERVICE} ${VISITS} times, by ${kind}`);
  const visitsOf = async ([client]: (typeof CLIENTS)[number]): Promise<string[]> => {
    const names: string[] = [];
    for (let visit = 0; visit < VISITS; visit++) {
      const words = ['curl', '-sS', '-4', '--retry', '5', '--retry-all-errors', `http://${SERVICE}/name`];
      names.push((await ground.run(client, words, READY)).out.trim() || 'nobody');
    }
    return names;
  };
  const found = await Promise.all(CLIENTS.map(visitsOf));
  const told = CLIENTS.map(([client], at) => `${client}: ${found[at]?.join(' ')}`).join(', ');
  const known = servers.map(({ name }) => name);
  stage.expect(
    `${kind}: each visit is answered`,
    found.flat().every((name) => known.includes(name)),
    told,
  );
  stage.expect(
    `${kind}: each client stays with a server`,
    found.every((names) => new Set(names).size === 1),
  );
  stage.expect(`${kind}: both servers have clients`, new Set(found.flat()).size === servers.length);
}

/** The first client moves while it downloads. */
async function downloadOver(stage: Stage, to: Kind, web: Map<string, string>): Promise<void> {
  const { ground } = stage;
  const [client] = CLIENTS[0] ?? ['client1'];
  const site = await ground.site(to);
  const download = new Download(ground, client, SERVICE, 4);
  await stage.until(async () => (await download.size()) > BYTES / 4, READY);
  stage.remark(`${client} moves to ${to} amid a download`);
  await ground.bring(client, site);
  await stage.until(() => !download.program.isRunning, READY);
  const isWhole = download.program.ended === 0 && [...web.values()].includes(await download.digest());
  stage.expect(
    `the download of ${client} goes on after its move, each byte right`,
    isWhole,
    `${await download.size()} bytes`,
  );
}
