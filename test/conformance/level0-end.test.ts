/** Without an adapter: an RS-N and an RS-T that were configured by hand, each on its own port. */
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { readProvisioned } from '../../conformance/command/provisioned.ts';
import { provisioned } from '../../conformance/command/provisioning.ts';
import type { EndKind } from '../../conformance/played/end-dc.ts';
import { Stage } from '../../conformance/played/stage.ts';
import { seededRandom } from '../../conformance/random.ts';
import type { Report } from '../../conformance/report.ts';
import { runSuite } from '../../conformance/runner/run.ts';
import { provisionEnd } from '../../conformance/target/end-pool.ts';
import { level0EndTarget } from '../../conformance/target/level0-end.ts';
import { rsNConfig, rsTConfig } from '../../reference/config/schema.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import type { Net } from '../../reference/net/net.ts';
import { createRsN } from '../../reference/roles/rs-n/core.ts';
import { createRsT } from '../../reference/roles/rs-t/core.ts';
import t from '../tap.ts';
import { ENVIRONMENT, endpoint, ip, memoryNet, OPTIONS } from './bench.ts';

const TARGET = endpoint('127.0.0.1:4400');
const PLACES = {
  listen: [TARGET],
  dcs: [[endpoint('127.0.0.1:4411')], [endpoint('127.0.0.1:4412')]],
} as const;

const QUICK = { depth: 'quick' } as const;

function casesOf(role: EndKind) {
  return ALL_CASES.filter(({ roles, adapterLevel }) => roles.includes(role) && adapterLevel === 0);
}

async function startTarget(net: Net, role: EndKind): Promise<void> {
  const random = seededRandom('target');
  const config = provisionEnd(role, PLACES);
  const made =
    role === 'rs-n' ? createRsN(rsNConfig.parse(config), random) : createRsT(rsTConfig.parse(config), random);
  await runRole({ ...made, net, listen: [TARGET] });
}

async function run(
  net: Net,
  role: EndKind,
  nonce: string,
  options: Partial<typeof OPTIONS> = {},
): Promise<Report> {
  const stage = new Stage({ caseId: 'run', net, timeout: 2000, requirement: '' });
  stage.startRow(seededRandom('run', nonce));
  const target = await level0EndTarget({ target: TARGET, config: provisionEnd(role, PLACES), stage });
  const sources = [ip('127.0.0.1'), ip('127.0.0.2')];
  const environment = { ...ENVIRONMENT, has: new Set(['two-sources', 'inbound'] as const), sources };
  return await runSuite(
    { ...environment, net, target, runNonce: nonce },
    { ...OPTIONS, cases: casesOf(role), ...options },
  );
}

/** What a target with IPv4 alone, configured once for all cases, has nothing to show for. */
const LEFT_OUT: readonly string[] = ['not-exercised', 'not-applicable'];

function troubles({ cases }: Report): string[] {
  return cases.flatMap(({ id, verdict, actual, reason }) =>
    verdict === 'pass' || LEFT_OUT.includes(verdict) ? [] : [`${id} ${verdict} ${actual ?? reason ?? ''}`],
  );
}

for (const role of ['rs-n', 'rs-t'] as const) {
  t.test(`an ${role} is judged twice by what was provisioned, whatever the first run left`, async (t) => {
    const net = memoryNet();
    const both = await net.run(
      startTarget(net, role).then(
        async () => [await run(net, role, 'one', QUICK), await run(net, role, 'two', QUICK)] as const,
      ),
    );
    for (const report of both) {
      t.same(troubles(report), []);
      t.ok(report.summary.pass > 60, `${report.summary.pass} cases pass`);
      t.same([report.target.level, report.target.roles, report.trouble], [0, [role], null]);
    }
    const hashes = both.map(({ cases }) => cases.map(({ id, sentHash }) => `${id} ${sentHash}`));
    t.same(hashes[0], hashes[1], 'both runs send the same');
  });
}

t.test('a pool of addresses lasts for any number of paths', async (t) => {
  const net = memoryNet();
  const cases = casesOf('rs-t').filter(({ id }) => id === 'rs-t.body.encoding');
  const report = await net.run(
    startTarget(net, 'rs-t').then(() => run(net, 'rs-t', 'one', { cases, runs: 130 })),
  );
  t.same([cases.length, troubles(report)], [1, []]);
});

t.test('an RS-N that is not there is inconclusive throughout', async (t) => {
  const net = memoryNet();
  const report = await net.run(run(net, 'rs-n', 'one', { depth: 'quick' }));
  t.match(report.trouble, /^the sanity case failed at the start: /);
  t.equal(report.summary.pass, 0);
});

t.test('what provision writes is what --config reads', (t) => {
  for (const role of ['rs-n', 'rs-t'] as const) {
    const written = provisioned({ role, relay: '2' }, undefined);
    t.same(readProvisioned(JSON.stringify(written), 'relay.json'), written);
    t.equal(written.role, role);
    const { testProfile: _, ...without } = written;
    t.throws(() => readProvisioned(JSON.stringify(without), 'relay.json'), {
      message: 'relay.json: testProfile is missing: use the file that ntm-conform provision wrote.',
    });
  }
  t.throws(() => readProvisioned('{"role": "rs-t"}', 'relay.json'), { message: /^relay\.json: / });
});
