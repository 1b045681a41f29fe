/**
 * The local resolver of a node, as `dig` sees it over UDP and over TCP. The node and its DC know nobody's endpoints:
 * they find each other by the NTM records of the DCs' zones. [DNS-01, DNS-02, DNS-03, DNS-08, DNS-10, NODE-02, FED-01]
 */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { formatEndpoint } from '../../../reference/address.ts';
import { readQuery, Type } from '../../../reference/dns/query.ts';
import type { DnsServerOptions } from '../../../reference/drivers/dns-server.ts';
import { serveDns } from '../../../reference/drivers/dns-server.ts';
import { dnsClient } from '../../../reference/drivers/resolver.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import { endpoint } from '../../conformance/bench.ts';
import type { Asking } from '../../dns/made.ts';
import { a, answered, cname } from '../../dns/made.ts';
import t from '../../tap.ts';
import { BOB, Parties } from './parties.ts';

const isThere = spawnSync('dig', ['-v']).status === 0;
const run = promisify(execFile);

/** What the Internet's DNS says beside the DCs' zones. */
const GENERAL = 'www.example.net';
const ALIAS = 'service.example.net';

t.test('dig asks a node', { skip: !isThere && 'dig is not installed' }, async (t) => {
  const parties = await Parties.create(t);
  const net = udpNet();
  const zones = new Map<string, string>();
  const asked: string[] = [];
  /** Of the DC whose zone it is, or else what is known here. */
  const ask: DnsServerOptions['ask'] = async (message, { transport }) => {
    const { name = '', id = 0, type = 0 } = readQuery(message) ?? {};
    const question: Asking = { name, type: type === Type.aaaa ? 'AAAA' : 'A' };
    asked.push(`${transport} ${name}`);
    const server = [...zones].find(([zone]) => name === zone || name.endsWith(`.${zone}`))?.[1];
    const found =
      server === undefined
        ? answered(question, name === ALIAS ? [cname(ALIAS, BOB), a(BOB)] : [a(name, '192.0.2.7')])
        : await dnsClient({ net, server: endpoint(server), local: endpoint('127.0.0.1:1').ip })(message);
    if (found === undefined) throw new Error('no answer');
    found.set([id >> 8, id & 0xff]);
    return found;
  };
  const upstream = await serveDns({ net, listen: [endpoint('127.0.0.1:0')], ask });
  t.teardown(() => upstream.close());
  const [resolver = ''] = upstream.local.map(formatEndpoint);
  for (const [party, zone] of [
    ['dc-one', 'ntmobile.one.example'],
    ['dc-two', 'ntmobile.two.example'],
  ] as const) {
    parties.change(party, (config) => {
      zones.set(zone, config.dns?.listen[0] ?? '');
      config.resolver = resolver;
      for (const association of config.associations ?? [])
        if (association.peerRole === 'dc') association.endpoints = [];
    });
  }
  parties.change('alice', (config) => {
    config.resolver = resolver;
    config.dns = { listen: ['127.0.0.1:0'] };
    if (config.association !== undefined) config.association.endpoints = [];
  });
  parties.change('bob', (config) => {
    config.resolver = resolver;
    if (config.association !== undefined) config.association.endpoints = [];
  });
  const all = ['dc-one', 'dc-two', 'rs-s', 'bob', 'alice'] as const;
  await Promise.all(all.map((party) => parties.start(party)));
  const place = /answers DNS on 127\.0\.0\.1:(\d+)/;
  while (!place.test(parties.out('alice'))) await new Promise((resolve) => setTimeout(resolve, 50));
  const [, port = ''] = place.exec(parties.out('alice')) ?? [];
  const dig = async (...args: string[]) => {
    const options = ['@127.0.0.1', '-p', port, '+time=6', '+tries=2', '+noall', '+comments', '+answer'];
    return (await run('dig', [...options, ...args])).stdout;
  };

  // Who was there before its DC looks for it again after 5 s.
  const until = Date.now() + 60_000;
  while (!/status: NOERROR/.test(await dig(BOB, 'A')) && Date.now() < until);

  for (const way of ['+notcp', '+tcp']) {
    const direct = await dig(way, 'Bob.NTMobile.two.example', 'A');
    t.match(
      direct,
      /^Bob\.NTMobile\.two\.example\.\s+60\s+IN\s+A\s+198\.18\.2\.1$/m,
      `the name itself, ${way}`,
    );
    const alias = await dig(way, ALIAS, 'AAAA');
    t.match(alias, /^service\.example\.net\.\s+60\s+IN\s+CNAME\s+bob\.ntmobile\.two\.example\.$/m);
    t.match(alias, /^bob\.ntmobile\.two\.example\.\s+60\s+IN\s+AAAA\s+fd00:2::1$/m, `an alias, ${way}`);
    const general = await dig(way, GENERAL, 'A');
    t.match(general, /^www\.example\.net\.\s+300\s+IN\s+A\s+192\.0\.2\.7$/m, `a general name, ${way}`);
    t.match(await dig(way, 'nobody.ntmobile.two.example', 'A'), /status: SERVFAIL/);
    t.match(await dig(way, BOB, 'TYPE65330'), /TYPE65330\s+\\# /, 'another type passes');
  }
  const seen = new Set(asked);
  for (const query of [
    'udp ntmobile.one.example',
    'udp ntmobile.two.example',
    `udp ${GENERAL}`,
    `tcp ${GENERAL}`,
    `udp ${ALIAS}`,
    `tcp ${ALIAS}`,
  ])
    t.ok(seen.has(query), query);
});
