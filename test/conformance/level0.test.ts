/** Without an adapter: an RS-S that was configured by hand, on its own port. */

import type { Created } from '../../adapters/reference/created.ts';
import { provision } from '../../conformance/identities.ts';
import { Stage } from '../../conformance/played/stage.ts';
import { seededRandom } from '../../conformance/random.ts';
import type { Report } from '../../conformance/report.ts';
import { runSuite } from '../../conformance/runner/run.ts';
import { level0Target } from '../../conformance/target/level0.ts';
import type { Ip } from '../../reference/address.ts';
import { rsConfig } from '../../reference/config/schema.ts';
import type { Running } from '../../reference/drivers/loop.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import type { Net } from '../../reference/net/net.ts';
import { createRsS } from '../../reference/roles/rs-s/core.ts';
import t from '../tap.ts';
import { ENVIRONMENT, endpoint, FEW_CASES, memoryNet, OPTIONS } from './bench.ts';
import * as faults from './faults.ts';

const TARGET = endpoint('127.0.0.1:4400');
const CONFIG = provision('rs-s', {
  listen: [TARGET],
  dcs: [[endpoint('127.0.0.1:4411')], [endpoint('127.0.0.1:4412')]],
});

async function startTarget(
  net: Net,
  wrap: (created: Created) => Created = (created) => created,
  written: object = CONFIG,
): Promise<Running> {
  const config = rsConfig.parse(written);
  const { role, table } = wrap(createRsS(config, seededRandom('target')));
  return await runRole({ role, table, net, listen: [TARGET] });
}

async function run(net: Net, nonce: string, options: Partial<typeof OPTIONS> = {}): Promise<Report> {
  const stage = new Stage({ caseId: 'run', net, timeout: 2000, requirement: '' });
  stage.startRow(seededRandom('run', nonce));
  const target = await level0Target({ target: TARGET, config: CONFIG, stage });
  const environment = { ...ENVIRONMENT, net, target, runNonce: nonce, sources: ['127.0.0.1' as Ip] };
  return await runSuite(environment, { ...OPTIONS, ...options });
}

function log(report: Report): string[] {
  return report.cases.map(({ id, verdict, actual, reason }) =>
    `${id} ${verdict} ${actual ?? reason ?? ''}`.trim(),
  );
}

const ALL_PASS = FEW_CASES.filter(({ adapterLevel }) => adapterLevel === 0)
  .map(({ id }) => `${id} pass`)
  .sort();

t.test('every case of level 0 passes, right after the target has started', async (t) => {
  const net = memoryNet();
  const report = await net.run(startTarget(net).then(() => run(net, 'one')));
  t.same(log(report), ALL_PASS);
  t.equal(report.target.level, 0);
  t.equal(report.trouble, null);
});

t.test('a second run with the same seed passes too, and sends the same', async (t) => {
  const net = memoryNet();
  const both = await net.run(
    startTarget(net).then(async () => [await run(net, 'one'), await run(net, 'two')] as const),
  );
  t.same(log(both[1]), ALL_PASS);
  const hashes = both.map(({ cases }) => cases.map(({ id, sentHash }) => `${id} ${sentHash}`));
  t.same(hashes[0], hashes[1]);
});

t.test('a target that does not come back ends the run and is to blame', async (t) => {
  const net = memoryNet();
  const report = await net.run(
    startTarget(net, faults.diesOf(0x00)).then(() => run(net, 'one', { jobs: 1, seed: 'death' })),
  );
  t.match(report.trouble, /^the target stopped answering: /);
  t.equal(report.complete, false);
  t.ok(
    report.cases.every(
      ({ id, verdict }) => verdict === 'inconclusive' || verdict === 'pass' || id.includes('run'),
    ),
  );
  t.ok(
    report.cases.filter(({ verdict, blame }) => verdict === 'inconclusive' && blame === 'target').length > 0,
  );
});

t.test('a target that has another secret for one of its DCs is told so', async (t) => {
  const [first, second] = CONFIG.associations;
  if (second === undefined) throw new Error('two associations are needed');
  const associations = [first, { ...second, secret: '5e'.repeat(32) }];
  const net = memoryNet();
  const report = await net.run(
    startTarget(net, undefined, { ...CONFIG, associations }).then(() => run(net, 'one', { depth: 'quick' })),
  );
  t.equal(
    report.trouble,
    `the target has another secret or Node ID for association ${second.id} (DC 2 at 127.0.0.1:4412) ` +
      'than ntm-conform provision wrote: its own message 1 there does not verify',
  );
  t.equal(report.complete, true);
  t.ok(report.summary.pass > 0, 'what takes the other one is judged');
  t.ok(report.summary.inconclusive > 0);
  t.equal(report.summary.fail, 0);
});

t.test('a target that is not there is inconclusive throughout', async (t) => {
  const net = memoryNet();
  const report = await net.run(run(net, 'one', { depth: 'quick' }));
  t.match(report.trouble, /^the sanity case failed at the start: /);
  t.equal(report.summary.pass, 0);
});
