/** What the README promises to whoever has a DC: provision, start it with that, test it without an adapter, again and again. */
import { readFileSync } from 'node:fs';
import { Report } from '../../conformance/report.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { endpoint } from '../conformance/bench.ts';
import { folder } from '../conformance/terminal.ts';
import t from '../tap.ts';
import { isLong, onlyOnNode, runtimesFor, start, untilReady } from './runtimes.ts';

const SUITE = 'conformance/bin.js';
const DEPTH = ['--depth', isLong ? 'default' : 'quick'];
/** In the short form, some cases of nodes, of relays and of names. */
const CASES = isLong
  ? []
  : ['dc.registration.answer', 'dc.relay.none', 'dc.relay.order', 'dns.node.published'];

for (const name of runtimesFor('level0-dc')) {
  t.test(`a DC without an adapter, on ${name}`, { skip: onlyOnNode }, async (t) => {
    const file = folder(t);
    const config = file('dc.json');
    const [dc, dns, ...others] = await freePorts(4);
    const provision = ['provision', '--role', 'dc', '--target', `${dc}`, '--dns', `${dns}`];
    provision.push('--listen', others.join(','));
    const written = await start(name, SUITE, [...provision, '--out', config]).ended;
    t.equal(written.status, 0, written.err);

    const running = start(name, 'reference/bin.js', ['dc', '--config', config]);
    t.teardown(() => running.child.kill('SIGKILL'));
    await untilReady(running);
    for (const [index, when] of ['the first run', 'the second run'].entries()) {
      const report = file(`${index}.json`);
      const suite = [
        '--target',
        `${dc}`,
        '--config',
        config,
        ...DEPTH,
        ...CASES,
        '--quiet',
        '--reporter',
        `json=${report}`,
      ];
      const { status, err } = await start(name, SUITE, suite).ended;
      t.same([status, err], [0, ''], when);
      const { cases, complete, target } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
      const passed = cases.filter(({ verdict }) => verdict === 'pass').length;
      t.ok(passed >= (isLong ? 110 : CASES.length), `${passed} of ${cases.length} cases pass`);
      t.same([complete, target.level, target.roles], [true, 0, ['dc', 'dns']]);
    }
  });
}

/** Endpoints on loopback that nobody had bound a moment ago. */
async function freePorts(count: number): Promise<string[]> {
  const net = udpNet();
  const sockets = await Promise.all(
    Array.from({ length: count }, () => net.bind(endpoint('127.0.0.1:0'), () => {})),
  );
  await Promise.all(sockets.map((socket) => socket.close()));
  return sockets.map(({ local }) => formatEndpoint(local));
}
