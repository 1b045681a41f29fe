/**
 * What the README promises to whoever has a relay: provision, start it with that, test it without an adapter,
 * as often as one likes, whatever became of relay and suite meanwhile.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Report } from '../../conformance/report.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { endpoint } from '../conformance/bench.ts';
import { folder } from '../conformance/terminal.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';
import type { RuntimeName } from './runtimes.ts';
import { isLong, onlyOnNode, runtimesFor, start, untilReady } from './runtimes.ts';

const SUITE = 'conformance/bin.js';

const shortly = isLong ? false : 'in the long form';

/** In the short form, cases of every kind that take no long waits. */
const DEPTH = isLong ? ['--depth', 'default'] : ['--depth', 'quick'];
const CASES = isLong
  ? []
  : ['rs-s.header.*', 'rs-s.opening.o*', 'rs-s.sealed.*', 'rs-s.forward.*', 'rs-s.direction.*', 'rs-s.run.*'];

for (const name of runtimesFor('level0')) {
  t.test(`a relay without an adapter, on ${name}`, { skip: onlyOnNode }, async (t) => {
    const file = folder(t);
    const config = file('relay.json');
    const [relay, dc1, dc2] = await freePorts(3);
    const dcs = `${dc1},${dc2}`;
    const provision = ['provision', '--role', 'rs-s', '--target', `${relay}`, '--listen', dcs];
    const written = await start(name, SUITE, [...provision, '--out', config]).ended;
    t.equal(written.status, 0, written.err);

    const suite = ['--target', `${relay}`, '--config', config, '--listen', dcs, ...DEPTH, ...CASES];
    let runs = 0;
    const passes = async (t: T, when: string) => {
      const report = file(`${++runs}.json`);
      const once = () => start(name, SUITE, [...suite, '--quiet', '--reporter', `json=${report}`]).ended;
      let ended = await once();
      // On a busy host a verdict may be inconclusive, never wrong.
      for (let more = 0; more < 2 && ended.status === 3; more++) ended = await once();
      t.same([ended.status, ended.err], [0, ''], when);
      judge(t, report);
    };

    const first = await relayOn(t, name, config);
    await t.test('twice in a row, without a restart', async (t) => {
      await passes(t, 'the first run');
      await passes(t, 'the second run');
    });
    const bundle = file('bundle');
    await t.test('recorded', { skip: shortly }, async (t) => {
      const recorded = [...suite, '--quiet', '--evidence', bundle];
      const { status, err } = await start(name, SUITE, recorded).ended;
      t.same([status, err], [0, '']);
    });
    await t.test('the relay killed and started again', async (t) => {
      first.child.kill('SIGKILL');
      t.equal((await first.ended).signal, 'SIGKILL');
    });
    await t.test('what was recorded is judged without a relay', { skip: shortly }, async (t) => {
      const report = file('judged.json');
      const { status, err } = await start(name, SUITE, ['judge', bundle, '--reporter', `json=${report}`])
        .ended;
      t.equal(status, 0, err);
      judge(t, report);
    });
    await relayOn(t, name, config);
    await t.test('as soon as it is up again', (t) => passes(t, 'the run after its death'));
    await t.test('the suite killed amid a run', { skip: shortly }, async (t) => {
      const report = file('killed.json');
      const many = [...suite, '--runs', '100000', '--reporter', `json=${report}`];
      const killed = start(name, SUITE, many);
      t.teardown(() => killed.child.kill('SIGKILL'));
      // Long enough for paths to be there that nobody is left to withdraw.
      await sleep(5000);
      killed.child.kill('SIGKILL');
      t.match(await killed.ended, { signal: 'SIGKILL', out: '' });
      await passes(t, 'the run after that');
    });
  });
}

async function relayOn(t: T, name: RuntimeName, config: string) {
  const relay = start(name, 'reference/bin.js', ['rs-s', '--config', config]);
  t.teardown(() => relay.child.kill('SIGKILL'));
  await untilReady(relay);
  return relay;
}

/** What a target without an adapter, and with IPv4 alone, has nothing to show for. */
const LEFT_OUT: readonly string[] = ['not-exercised', 'not-applicable'];

/** Nothing failed, and what could not be tried says so. */
function judge(t: T, file: string): void {
  const { cases, complete, target, trouble } = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
  const bad = cases.filter(({ verdict }) => verdict !== 'pass' && !LEFT_OUT.includes(verdict));
  t.same(
    bad.map(({ id, verdict, actual, reason }) => [id, verdict, actual, reason]),
    [],
    'no case fails',
  );
  const passed = cases.filter(({ verdict }) => verdict === 'pass').length;
  t.ok(passed > (isLong ? 80 : 20), `${passed} of ${cases.length} cases pass`);
  t.same([complete, target.level, trouble], [true, 0, null]);
}

/** Endpoints on loopback that nobody had bound a moment ago. */
async function freePorts(count: number): Promise<string[]> {
  const net = udpNet();
  const bind = () => net.bind(endpoint('127.0.0.1:0'), () => {});
  const sockets = await Promise.all(Array.from({ length: count }, bind));
  await Promise.all(sockets.map((socket) => socket.close()));
  return sockets.map(({ local }) => formatEndpoint(local));
}
