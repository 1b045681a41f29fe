/** Without an adapter: a DC that was configured by hand, on its own port. */
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { readProvisioned } from '../../conformance/command/provisioned.ts';
import { provisioned } from '../../conformance/command/provisioning.ts';
import { Stage } from '../../conformance/played/stage.ts';
import { seededRandom } from '../../conformance/random.ts';
import type { Report } from '../../conformance/report.ts';
import { runSuite } from '../../conformance/runner/run.ts';
import { provisionDc } from '../../conformance/target/dc-pool.ts';
import { level0DcTarget } from '../../conformance/target/level0-dc.ts';
import { dcConfig } from '../../reference/config/dc.ts';
import { serveDns } from '../../reference/drivers/dns-server.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import type { Net } from '../../reference/net/net.ts';
import { createDc } from '../../reference/roles/dc/core.ts';
import t from '../tap.ts';
import { ENVIRONMENT, endpoint, ip, memoryNet, OPTIONS } from './bench.ts';

const TARGET = endpoint('127.0.0.1:4400');
const CONFIG = provisionDc({
  listen: [TARGET],
  dcs: [[endpoint('127.0.0.1:4411')], [endpoint('127.0.0.1:4412')]],
});
/** Of nodes, relays and other DCs; those that need something to be silent are the ones that what is stale would disturb. */
const CASES = ALL_CASES.filter(({ id }) =>
  [
    'dc.opening.association',
    'dc.registration.answer',
    'dc.direction.at-work',
    'dc.federation.passed-on',
    'dc.relay.order',
    'dc.relay.none',
    'dc.restart.promises',
    'dns.apex.dc',
    'dns.apex.authority',
    'dns.node.published',
    'dns.node.withdrawn',
    'dns.name.missing',
    'dns.name.below',
    'dns.size.truncated',
    'dns.tcp.several',
    'dns.node.full',
  ].includes(id),
);

async function startTarget(net: Net): Promise<void> {
  const { role } = createDc(dcConfig.parse(CONFIG), seededRandom('target'));
  const running = await runRole({ role, net, listen: [TARGET] });
  const listen = (CONFIG.dns?.listen ?? []).map(endpoint);
  await serveDns({ net, listen, ask: running.query.bind(running) });
}

async function run(net: Net, nonce: string): Promise<Report> {
  const stage = new Stage({ caseId: 'run', net, timeout: 2000, requirement: '' });
  stage.startRow(seededRandom('run', nonce));
  const sources = [ip('127.0.0.1'), ip('127.0.0.2')];
  const target = await level0DcTarget({ target: TARGET, config: CONFIG, stage, sources });
  const environment = { ...ENVIRONMENT, net, target, runNonce: nonce, sources };
  return await runSuite(environment, { ...OPTIONS, cases: CASES });
}

function verdicts({ cases }: Report): string[] {
  return cases.map(({ id, verdict, actual, reason }) => `${id} ${verdict} ${actual ?? reason ?? ''}`.trim());
}

const ALL_PASS = CASES.filter(({ adapterLevel }) => adapterLevel === 0).map(({ id }) => `${id} pass`);

t.test('a DC is judged twice by what was provisioned, whatever the first run left behind', async (t) => {
  t.ok(ALL_PASS.length === 14, `${ALL_PASS.length} cases`);
  const net = memoryNet();
  const both = await net.run(
    startTarget(net).then(async () => [await run(net, 'one'), await run(net, 'two')] as const),
  );
  for (const report of both) {
    t.same(
      verdicts(report).filter((line) => !line.includes('adapter of level')),
      ALL_PASS.sort(),
    );
    t.same([report.target.level, report.target.roles, report.trouble], [0, ['dc', 'dns'], null]);
  }
});

t.test('a DC that is not there is inconclusive throughout', async (t) => {
  const net = memoryNet();
  const report = await net.run(run(net, 'one'));
  t.match(report.trouble, /^the sanity case failed at the start: /);
  t.equal(report.summary.pass, 0);
});

t.test('what provision writes is what --config reads', (t) => {
  const options = { role: 'dc', relay: '1' };
  const written = provisioned(options, undefined);
  t.same(readProvisioned(JSON.stringify(written), 'dc.json'), dcRead(written));
  const elsewhere = provisioned({ ...options, dns: ['192.0.2.1:53'] }, undefined);
  t.same('dns' in elsewhere && elsewhere.dns?.listen, ['192.0.2.1:53']);
  t.throws(() => provisioned({ role: 'rs-s', relay: '1', dns: ['192.0.2.1:53'] }, undefined), {
    message: '--dns is for --role dc.',
  });
  const secret = new Uint8Array(32).fill(7);
  t.ok(provisioned(options, secret).nodeId !== written.nodeId, 'all identities come out of the secret');
  const { testProfile: _, ...without } = written;
  t.throws(() => readProvisioned(JSON.stringify(without), 'dc.json'), {
    message: 'dc.json: testProfile is missing: use the file that ntm-conform provision wrote.',
  });
  t.throws(() => readProvisioned('{"role": "dc"}', 'dc.json'), { message: /^dc\.json: / });
  t.throws(() => provisioned({ ...options, role: 'node' }, undefined), {
    message:
      '--role node: without an adapter only rs-s, rs-n, rs-t and dc can be tested. How to write an adapter: adapters/README.md.',
  });
});

/** With the defaults of what it leaves out. */
function dcRead(written: unknown): unknown {
  const { nodeId, listen, zones, pools, associations, limits, testProfile, dns } = dcConfig.parse(written);
  return { role: 'dc', nodeId, listen, zones, pools, associations, limits, testProfile, dns };
}
