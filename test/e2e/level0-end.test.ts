/** What the README promises to whoever has an RS-N or RS-T: provision, start it with that, test it without an adapter, twice. */
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
/** In the short form, some cases about associations, Relay Directions and paths. */
const CASES = (role: string) =>
  isLong
    ? []
    : ['opening.association', 'opening.path', 'direction.*', 'sealed.tag'].map((id) => `${role}.${id}`);
/** What IPv4 alone, configured once for all cases, has nothing to show for. */
const LEFT_OUT: readonly string[] = ['not-exercised', 'not-applicable'];

for (const name of runtimesFor('level0-end')) {
  for (const role of ['rs-n', 'rs-t']) {
    t.test(`an ${role} without an adapter, on ${name}`, { skip: onlyOnNode }, async (t) => {
      const file = folder(t);
      const config = file('relay.json');
      const [relay, ...dcs] = await freePorts(3);
      const provision = ['provision', '--role', role, '--target', `${relay}`, '--listen', dcs.join(',')];
      const written = await start(name, SUITE, [...provision, '--out', config]).ended;
      t.equal(written.status, 0, written.err);

      const running = start(name, 'reference/bin.js', [role, '--config', config]);
      t.teardown(() => running.child.kill('SIGKILL'));
      await untilReady(running);
      for (const [index, when] of ['the first run', 'the second run'].entries()) {
        const file0 = file(`${index}.json`);
        const suite = ['--target', `${relay}`, '--config', config, ...DEPTH, ...CASES(role)];
        const args = [...suite, '--quiet', '--reporter', `json=${file0}`];
        const { status, err } = await start(name, SUITE, args).ended;
        t.same([status, err], [0, ''], when);
        const report = Report.parse(JSON.parse(readFileSync(file0, 'utf8')));
        const bad = report.cases.filter(({ verdict }) => verdict !== 'pass' && !LEFT_OUT.includes(verdict));
        t.same(
          bad.map(({ id, verdict, actual, reason }) => [id, verdict, actual, reason]),
          [],
        );
        const passed = report.summary.pass;
        t.ok(passed >= (isLong ? 60 : 10), `${passed} of ${report.cases.length} cases pass`);
        t.same([report.complete, report.target.level, report.target.roles], [true, 0, [role]]);
      }
    });
  }
}

/** Endpoints on loopback that nobody had bound a moment ago. */
async function freePorts(count: number): Promise<string[]> {
  const net = udpNet();
  const bind = () => net.bind(endpoint('127.0.0.1:0'), () => {});
  const sockets = await Promise.all(Array.from({ length: count }, bind));
  await Promise.all(sockets.map((socket) => socket.close()));
  return sockets.map(({ local }) => formatEndpoint(local));
}
