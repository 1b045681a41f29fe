/** The suite against the reference over real UDP, on whichever runtime this is. */
import { needsMet } from '../../conformance/runner/environment.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import t from '../tap.ts';
import { endpoint, runAgainst, SOURCES } from './bench.ts';
import * as faults from './faults.ts';

const LOOPBACK = endpoint('127.0.0.1:0');

t.test('every case passes over UDP, and the same is sent as in virtual time', async (t) => {
  const net = udpNet();
  const sources = SOURCES.filter((ip) => ip !== '127.0.0.2');
  const has = await needsMet(net, sources);
  const report = await runAgainst(net, { adapter: LOOPBACK, environment: { sources, has } });
  const bad = report.cases.filter(({ verdict }) => verdict !== 'pass');
  t.same(
    bad.map(({ id, verdict, actual, reason }) => [id, verdict, actual, reason]),
    [],
  );
  t.ok(report.host.samples > 0);
});

t.test('a fault is found over UDP, with the same smallest input', async (t) => {
  const report = await runAgainst(udpNet(), {
    adapter: LOOPBACK,
    reference: { wrap: faults.takesAnyMagic },
  });
  t.same(
    report.cases
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ id, verdict, counterexample }) => [id, verdict, counterexample]),
    [['rs-s.header.magic', 'fail', '0']],
  );
});
