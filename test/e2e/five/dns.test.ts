/** The DNS of a DC that runs as a process, as `dig` sees it over UDP and over TCP. [DC-08, DNS-20 to DNS-25] */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { toHex } from '../../../reference/bytes.ts';
import { decodeNtmRecord } from '../../../reference/dns/record.ts';
import t from '../../tap.ts';
import { Parties } from './parties.ts';

const isThere = spawnSync('dig', ['-v']).status === 0;
const ZONE = 'ntmobile.one.example';

interface Configured {
  readonly nodeId: string;
  readonly listen: readonly string[];
  readonly dns: { readonly listen: readonly [string] };
}

const configured = (file: string): Configured => JSON.parse(readFileSync(file, 'utf8'));

t.test('dig asks a DC', { skip: !isThere && 'dig is not installed' }, async (t) => {
  const parties = await Parties.create(t);
  await parties.start('dc-one');
  const dc = configured(parties.file('dc-one.json'));
  const alice = configured(parties.file('alice.json'));
  const port = dc.dns.listen[0].split(':')[1] ?? '';
  const dig = (...args: string[]): string =>
    spawnSync('dig', ['@127.0.0.1', '-p', port, '+time=2', '+tries=3', '+norecurse', ...args], {
      encoding: 'utf8',
    }).stdout;
  /** RDATA of NTM records, as RFC 3597 has it: \# length hex. */
  const records = (answer: string) =>
    [...answer.matchAll(/\sTYPE65330\s+\\# \d+ ([0-9A-F ]+)/g)].map(([, hex = '']) =>
      decodeNtmRecord(
        Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (two) => Number.parseInt(two, 16)),
      ),
    );

  for (const way of ['+notcp', '+tcp']) {
    const apex = dig(way, ZONE, 'TYPE65330');
    t.match(apex, /status: NOERROR/);
    t.match(apex, /flags: qr aa;/);
    t.match(apex, /EDNS: version: 0/);
    const [record] = records(apex);
    t.equal(record && toHex(record.nodeId), dc.nodeId, `the DC, ${way}`);
    t.match(dig(way, ZONE, 'SOA'), /\sSOA\s+ns\.ntmobile\.one\.example\. hostmaster\./);
    t.match(dig(way, ZONE, 'NS'), /\sNS\s+ns\.ntmobile\.one\.example\./);
    t.match(dig(way, `ns.${ZONE}`, 'A'), /\sA\s+127\.0\.0\.1/);
    const missing = dig(way, `alice.${ZONE}`, 'TYPE65330');
    t.match(missing, /status: NXDOMAIN/);
    t.match(missing, /AUTHORITY: 1/);
    t.match(dig(way, 'www.example.net', 'A'), /status: REFUSED/);
    t.match(dig(way, ZONE, 'A', '+edns=1', '+noednsnegotiation'), /status: BADVERS/);
  }
  t.match(dig(ZONE, 'AXFR'), /Transfer failed/);

  await parties.start('alice');
  const until = Date.now() + 10_000;
  let [found] = records(dig(`alice.${ZONE}`, 'TYPE65330'));
  while (found === undefined && Date.now() < until) [found] = records(dig(`alice.${ZONE}`, 'TYPE65330'));
  t.equal(found && toHex(found.nodeId), alice.nodeId, 'a node that registered');
  t.equal(found?.localEndpoints, undefined, 'and not where it is');
  const mixed = dig('+tcp', `ALICE.${ZONE}`, 'TYPE65330');
  t.match(mixed, /^ALICE\.ntmobile\.one\.example\.\s+\d+\s+IN\s+TYPE65330/m, 'names without regard to case');

  await parties.end('alice', 'SIGTERM');
  t.match(dig(`alice.${ZONE}`, 'TYPE65330'), /status: NXDOMAIN/, 'one that took its leave');
  t.match((await parties.end('dc-one', 'SIGTERM')).out, /dc answers DNS on 127\.0\.0\.1:\d+/);
});
