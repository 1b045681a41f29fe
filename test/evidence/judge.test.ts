/** `--evidence` and `judge` on the command line. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import { referenceAdapter } from '../../adapters/reference.ts';
import { Report } from '../../conformance/report.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { endpoint } from '../conformance/bench.ts';
import * as faults from '../conformance/faults.ts';
import { answering, cli, folder, target } from '../conformance/terminal.ts';
import { onlyOnNode, start } from '../e2e/runtimes.ts';
import t from '../tap.ts';
import { bundled, forge, judged, KINDS, keys } from './cli.ts';

const ONE = ['rs-s.forward.unchanged', '--depth', 'quick'];

t.test(
  'a script, a property, a model, and one that waits: the same report, and the same status',
  async (t) => {
    const { at, ran, report } = await bundled(t, KINDS);
    t.equal(ran.status, 0);
    t.equal(report.summary.pass, KINDS.length);
    t.match(ran.err, /^Evidence: \S+, [0-9]{3,} turns, unsigned, SHA-256 [0-9a-f]{64}\n$/);
    const again = await judged(at);
    t.same([again.ran.status, again.report], [0, report]);
    t.equal(again.ran.err, ran.err);
  },
);

t.test('a fault with its smallest input', async (t) => {
  const { at, ran, report } = await bundled(t, ['rs-s.header.*'], { wrap: faults.takesHighMagic });
  t.equal(ran.status, 1);
  t.equal(report.cases.find(({ id }) => id === 'rs-s.header.magic')?.counterexample, '32');
  const again = await judged(at);
  t.same([again.ran.status, again.report], [1, report]);
});

t.test('the next runtimes come to the same verdicts', { skip: onlyOnNode }, async (t) => {
  const { at, report } = await bundled(t, KINDS);
  for (const name of ['deno', 'bun'] as const) {
    const { status, out } = await start(name, 'conformance/bin.js', ['judge', at, '--reporter', 'json'])
      .ended;
    t.equal(status, 0, name);
    t.same(Report.parse(JSON.parse(out)), report, name);
  }
});

t.test('signed: by whom is said, and can be demanded', async (t) => {
  const [key, other] = [keys(t), keys(t)];
  const { at, ran } = await bundled(t, [...ONE, '--sign', key.own]);
  t.match(ran.err, /turns, signed by the key [0-9a-f]{64}, SHA-256/);
  t.equal((await judged(at)).ran.status, 0);
  t.equal((await judged(at, '--key', key.open)).ran.status, 0);
  const wrong = await cli(['judge', at, '--key', other.open]);
  t.equal(wrong.status, 2);
  t.match(wrong.err, /^ntm-conform: \S+ is signed by another key, [0-9a-f]{64}: .*\n$/);
});

t.test('a capture out of the bundle is that of the run', async (t) => {
  const file = folder(t);
  const { at } = await bundled(t, [...ONE, '--pcap', file('run.pcapng'), '--pcap-keys']);
  const again = await judged(at, '--pcap', file('judge.pcapng'), '--pcap-keys');
  t.equal(again.ran.status, 0);
  for (const name of ['pcapng', 'pcapng.keys'])
    t.same(readFileSync(file(`judge.${name}`)), readFileSync(file(`run.${name}`)), name);
});

t.test('impaired, in parts, with rows of its own: all of it is in the bundle', async (t) => {
  const faults = 'duplicate=20%,reorder=10%,delay=1-3ms';
  const some = ['--runs', '7', '--shard', '1/2', '--impair', faults, '--strict'];
  const { at, report } = await bundled(t, ['rs-s.forward.u*', 'rs-s.header.*', ...some]);
  t.same((await judged(at)).report, report);
});

t.test('the token of an adapter is not in the bundle', async (t) => {
  const [file, net] = [folder(t), udpNet()];
  writeFileSync(file('token'), 'a secret of ours\n');
  writeFileSync(file('other'), 'another one\n');
  const adapter = await serveAdapter({
    net,
    listen: endpoint('127.0.0.1:0'),
    token: new TextEncoder().encode('a secret of ours'),
    implementation: referenceAdapter({ net }),
  });
  t.teardown(() => adapter.close());
  const [at, to] = [file('bundle'), formatEndpoint(adapter.local)];
  const withToken = ['--token-file', file('token')];
  const ran = await cli(['--target', to, ...ONE, ...withToken, '--reporter', 'json', '--evidence', at]);
  t.equal(ran.status, 0);
  t.same((await judged(at, ...withToken)).report, JSON.parse(ran.out));
  const without = await cli(['judge', at]);
  t.equal(without.status, 2);
  t.match(without.err, 'is of a run with a token, which is not in it: give it with --token-file FILE.');
  const wrong = await cli(['judge', at, '--token-file', file('other')]);
  t.equal(wrong.status, 3);
  t.match(wrong.err, 'A wrong token does this');
});

t.test('waivers come after the verdicts, in the run and here', async (t) => {
  const file = folder(t)('known.json');
  writeFileSync(file, JSON.stringify({ failures: [{ id: 'rs-s.header.magic', reason: 'known' }] }));
  const known = ['--expect-fail', file];
  const { at, ran } = await bundled(t, ['rs-s.header.magic', ...known], { wrap: faults.takesHighMagic });
  t.equal(ran.status, 0);
  t.equal((await judged(at)).ran.status, 1);
  t.equal((await judged(at, ...known)).ran.status, 0);
});

t.test('3: a run that was interrupted', async (t) => {
  const at = folder(t)('bundle');
  const args = ['rs-s.forward.unchanged', '--runs', '1000000', '--evidence', at, '--reporter', 'json'];
  const ran = await cli(['--target', await target(t), ...args], {
    onStart: (interrupt) => setTimeout(interrupt, 500),
  });
  t.equal(ran.status, 130);
  const again = await judged(at);
  t.equal(again.ran.status, 3);
  t.match(again.ran.err, 'The run was interrupted');
  t.same(again.report, JSON.parse(ran.out));
});

t.test('1: a report that does not follow', async (t) => {
  const { at } = await bundled(t, ['rs-s.header.magic'], { wrap: faults.takesHighMagic });
  forge(at, 'report.json', (bytes) => bytes.toString().replace('"verdict": "fail"', '"verdict": "pass"'));
  const { status, err } = await cli(['judge', at]);
  t.equal(status, 1);
  t.match(err, 'rs-s.header.magic: the report says pass, recomputed is fail\n');
});

t.test('3: a record that the suite does not follow', async (t) => {
  const { at } = await bundled(t, ONE);
  forge(at, 'manifest.json', (bytes) => bytes.toString().replace(/"seed": "[0-9a-f]+"/, '"seed": "x"'));
  const { status, out, err } = await cli(['judge', at]);
  t.same([status, out], [3, '']);
  t.match(
    err,
    /^ntm-conform: \S+ gives no verdicts: in turn [0-9]+, .*rs-s\.forward\.unchanged.*, the suite does not do what it did in the run: it sends a datagram of [0-9]+ bytes, .*\n$/,
  );
});

t.test('3: a record without its end', async (t) => {
  const { at } = await bundled(t, ONE);
  forge(at, 'turns.ndjson.gz', (bytes) => {
    const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
    return gzipSync(`${lines.slice(0, -20).join('\n')}\n`);
  });
  const { status, err } = await cli(['judge', at]);
  t.equal(status, 3);
  t.match(err, 'it goes on, and the run was at its end');
});

t.test('2: a run with another suite', async (t) => {
  const { at } = await bundled(t, ONE);
  const { suite } = JSON.parse(readFileSync(`${at}/manifest.json`, 'utf8')).versions;
  forge(at, 'manifest.json', (bytes) => bytes.toString().replace(`"suite": "${suite}"`, '"suite": "0.1.7"'));
  t.same(await cli(['judge', at]), {
    status: 2,
    out: '',
    err: `ntm-conform: The run was made with suite 0.1.7, this is ${suite}: judge it with 0.1.7, which alone sends the same.\n`,
  });
});

t.test('nothing is left of a run without a report', async (t) => {
  const at = folder(t)('bundle');
  const to = await answering(t, () => undefined);
  t.equal((await cli(['--target', to, ...ONE, '--evidence', at])).status, 3);
  t.notOk(existsSync(at));
});

t.test('2: what a person can get wrong', async (t) => {
  const file = folder(t);
  writeFileSync(file('text'), 'no key\n');
  const used = folder(t);
  writeFileSync(used('x'), '');
  const cases: [args: string[], said: string | RegExp][] = [
    [['--sign', file('text')], '--sign signs the evidence of a run: add --evidence DIR.'],
    [
      ['--list', '--evidence', file('new')],
      '--evidence records a run, and --list runs nothing: leave one of them away.',
    ],
    [
      ['--evidence', file('new'), '--sign', file('text')],
      `${file('text')} is no Ed25519 private key in PEM: "openssl genpkey -algorithm ed25519 -out ${file('text')}" makes one.`,
    ],
    [['--evidence', used('.')], `${used('.')} is not empty: name a new folder for the evidence.`],
    [
      ['judge', used('.')],
      `${used('.')} has no manifest.json: name a folder that --evidence wrote; a run without a report leaves none.`,
    ],
  ];
  for (const [args, said] of cases)
    t.same(await cli(args), { status: 2, out: '', err: `ntm-conform: ${said}\n` }, args.join(' '));
  t.same(readdirSync(used('.')), ['x']);
});
