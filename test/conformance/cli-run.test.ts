/** Runs through the command line over real UDP: each exit status, and what is said. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { NotImplementedError } from '../../adapters/kit/implementation.ts';
import { seededRandom } from '../../conformance/random.ts';
import { Report } from '../../conformance/report.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { rsConfig } from '../../reference/config/schema.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { createRsS } from '../../reference/roles/rs-s/core.ts';
import t from '../tap.ts';
import { endpoint } from './bench.ts';
import * as faults from './faults.ts';
import { answering, cli, folder, target } from './terminal.ts';

/** What is asked of a person whose target answers no opening. */
const CAUSES =
  'Has it the secrets, association IDs and Node ID that ntm-conform provision wrote, ' +
  'and the DCs at 127.0.0.1:4401 and 127.0.0.1:4402?';

const QUICK = ['--depth', 'quick', '--seed', 'test'];
/** A few cases that no work on others touches. */
const FEW = ['rs-s.forward.*', 'rs-s.header.magic'];

t.test('0: all is well; a file beside the console', async (t) => {
  const file = folder(t)('report.json');
  const at = await target(t);
  const ran = await cli(['--target', at, ...QUICK, ...FEW, '--reporter', `json=${file}`]);
  t.equal(ran.status, 0);
  t.equal(ran.err, '');
  t.match(ran.out, /^TAP version 14\n1\.\.\d+\n# target 127\.0\.0\.1:\d+, ntmobile reference /);
  const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { total, pass, 'not-applicable': others } = report.summary;
  // The kernel forwards nothing here.
  t.same([pass, others], [total - 1, 1]);
  t.same([report.complete, report.seed, report.depth], [true, 'test', 'quick']);
});

t.test('0: one run, a file for each reader', async (t) => {
  const place = folder(t);
  const at = await target(t);
  const files = (['json', 'junit', 'markdown', 'html'] as const).map((kind) => `${kind}=${place(kind)}`);
  const reporters = files.flatMap((file) => ['--reporter', file]);
  const ran = await cli([
    '--target',
    at,
    ...QUICK,
    'rs-s.forward.unchanged',
    ...reporters,
    '--spec-url',
    'spec.html',
  ]);
  t.same([ran.status, ran.err], [0, '']);
  const [json, junit, markdown, html] = ['json', 'junit', 'markdown', 'html'].map((kind) =>
    readFileSync(place(kind), 'utf8'),
  );
  const [result] = Report.parse(JSON.parse(json ?? '')).cases;
  t.match(result, { kind: 'property', exchange: null, sketch: { lanes: { 1: 'target' } } });
  t.match(result?.sketch?.arrows.at(-1), {
    from: 'target',
    to: 'B',
    label: /^Data on the path, \d+ bytes inside$/,
  });
  t.match(junit, '<testcase name="rs-s.forward.unchanged" classname="rs-s.forward"');
  t.match(markdown, /^# Conformance: passed\n/);
  t.match(html, '<details class="case" id="rs-s.forward.unchanged" data-verdict="pass" data-roles="rs-s">');
  t.match(html, '<a href="spec.html#RSS-01">');
});

t.test('0: a person sees the tree, quietly only the total', async (t) => {
  const at = await target(t);
  const args = ['--target', at, ...QUICK, 'rs-s.forward.unchanged'];
  const seen = await cli(args, { isTerminal: true });
  t.match(seen.out, /\n9\. Relays\n {2}9\.7 RS-S: forwarding\n {4}✓ Data of either end comes out/);
  t.match(seen.out, /\n1 case: 1 passed in \d+ ms\n$/);
  const quiet = await cli([...args, '--quiet'], { isTerminal: true });
  t.match(quiet.out, /^1 case: 1 passed in \d+ ms\n$/);
});

t.test('colours are for terminals that want them', async (t) => {
  const at = await target(t);
  const args = ['--target', at, ...QUICK, '--quiet', 'rs-s.header.magic'];
  const control = '\u001b[';
  t.ok((await cli(args, { isTerminal: true, colours: true })).out.includes(control));
  t.notOk((await cli([...args, '--no-color'], { isTerminal: true, colours: true })).out.includes(control));
});

t.test('1: a MUST failed; its last line runs it again', async (t) => {
  const at = await target(t, { wrap: faults.takesAnyMagic });
  const ran = await cli(['--target', at, ...QUICK, 'rs-s.header.magic'], { isTerminal: true });
  t.equal(ran.status, 1);
  t.match(ran.out, /\n1\) rs-s\.header\.magic {2}failed, looks like the target's fault\n/);
  t.match(ran.out, /\n {3}Requirement {2}GEN-03: /);
  t.match(ran.out, /\n {3}Expected {5}silence\n {3}Actual {7}DC received /);
  t.match(ran.out, /\n {3}#\d+ +[\d.]+ ! /);
  const [, command = ''] = /\n {3}Replay {7}ntm-conform (.*)\n/.exec(ran.out) ?? [];
  const again = await cli(command.split(' '), { isTerminal: true });
  t.equal(again.status, 1, again.err);
  const input = /\n {3}Input .*\n/;
  t.equal(input.exec(again.out)?.[0], input.exec(ran.out)?.[0]);
});

t.test('1: something mandatory is not implemented', async (t) => {
  const at = await target(t, {
    wrap: () => {
      throw new NotImplementedError('rs-s');
    },
  });
  const ran = await cli(['--target', at, ...QUICK, 'rs-s.header.magic']);
  t.equal(ran.status, 1);
  t.match(ran.out, 'verdict: "not-implemented"');
});

t.test('1: no role can be started; that is said first, and no case is begun', async (t) => {
  const at = await target(t, {
    only: 'rs-s',
    wrap: () => {
      throw new NotImplementedError('rs-s');
    },
  });
  const ran = await cli(['--target', at, ...QUICK, ...FEW]);
  t.equal(ran.status, 1);
  t.match(
    ran.out,
    /\n# trouble: the sanity case failed at the start: start is not implemented: .*rs-s.*\nnot ok 1 /,
  );
  t.notOk(ran.out.includes('datagrams: '), 'nothing was sent');
  const [line = ''] = /^# rs-s: .*$/m.exec(ran.out) ?? [];
  t.match(line, / not implemented \(/);
  t.notOk(line.includes('violated'), line);
});

t.test('3: a MUST could not be judged', async (t) => {
  const at = await target(t, {
    wrap: () => {
      throw new Error('no memory');
    },
  });
  const ran = await cli(['--target', at, ...QUICK, 'rs-s.header.magic']);
  t.equal(ran.status, 3);
  t.match(ran.out, 'reason: "start failed in the adapter: no memory"');
  t.match(ran.out, 'blame: "adapter"');
});

t.test('3: nobody there', async (t) => {
  const at = await answering(t, () => undefined);
  t.same(await cli(['--target', at]), {
    status: 3,
    out: '',
    err: `ntm-conform: Hello to the adapter at ${at}: no answer. Start the adapter there. If a role of its own listens there, without an adapter: add --config FILE, which \`ntm-conform provision\` writes.\n`,
  });
});

t.test('3: an adapter that answers nonsense', async (t) => {
  const at = await answering(t, (bytes) => bytes.subarray(1));
  const ran = await cli(['--target', at]);
  t.equal(ran.status, 3);
  t.match(
    ran.err,
    /^ntm-conform: Hello to the adapter at [\d.:]+: \d+ datagrams that are no answer to it\..*\n$/,
  );
});

t.test('3: an adapter that echoes', async (t) => {
  const at = await answering(t, (bytes) => bytes);
  const ran = await cli(['--target', at]);
  t.equal(ran.status, 3);
  t.match(
    ran.err,
    /^ntm-conform: The adapter at [\d.:]+ breaks the contract in its answer to hello: .*\.\n$/,
  );
});

t.test('without an adapter', async (t) => {
  const file = folder(t)('relay.json');
  const dead = await answering(t, () => undefined);
  t.equal((await cli(['provision', '--target', dead, '--out', file])).status, 0);

  t.test('3: a target that never says anything', async (t) => {
    t.same(await cli(['--target', dead, '--config', file, '--timeout', '200ms']), {
      status: 3,
      out: '',
      err: `ntm-conform: Message 1 went to ${dead}, and nothing came back. Is the target running there, and does UDP get through? ${CAUSES}\n`,
    });
  });

  t.test('3: what comes is no message 2', async (t) => {
    const echo = await answering(t, (bytes) => bytes);
    const ran = await cli(['--target', echo, '--config', file, '--timeout', '200ms']);
    t.same([ran.status, ran.out], [3, '']);
    const came =
      /^ntm-conform: \d+ datagrams? came from (\S+), but no message 2 \(the first begins with 050b0000\)\. (.*)\n$/;
    t.same(came.exec(ran.err)?.slice(1), [echo, `Is it the target that listens there? ${CAUSES}`], ran.err);
  });

  t.test('3: other secrets than those that were provisioned', async (t) => {
    const free = await udpNet().bind(endpoint('127.0.0.1:0'), () => {});
    const at = formatEndpoint(free.local);
    await free.close();
    const own = folder(t)('own.json');
    t.equal((await cli(['provision', '--target', at, '--out', own])).status, 0);
    const written = JSON.parse(readFileSync(own, 'utf8'));
    for (const association of written.associations) association.secret = '5e'.repeat(32);
    const config = rsConfig.parse(written);
    const relay = await runRole({
      ...createRsS(config, seededRandom('relay')),
      net: udpNet(),
      listen: [endpoint(at)],
    });
    t.teardown(() => relay.stop({ hard: true }));
    const wrong =
      /The target has another secret or Node ID for .*\(DC 1 at 127\.0\.0\.1:4401\).* than ntm-conform provision wrote: its own message 1 there does not verify\./;
    const ran = await cli(['--target', at, '--config', own, '--timeout', '500ms']);
    t.same([ran.status, ran.out], [3, '']);
    t.match(ran.err, wrong);
    const asked = await cli(['doctor', '--target', at, '--config', own]);
    t.equal(asked.status, 3);
    t.match(
      asked.out,
      /why: "the association could not be opened: no message 2\. The target has another secret/,
    );
    t.match(asked.out, /: \d+ cases of \d+ could run\n/);
    t.notOk(asked.out.includes('# Claims'));
  });

  t.test('2: a port in use', async (t) => {
    const socket = await udpNet().bind(endpoint('127.0.0.1:4401'), () => {});
    t.teardown(() => socket.close());
    t.same(await cli(['--target', dead, '--config', file]), {
      status: 2,
      out: '',
      err:
        'ntm-conform: DC 1 has to be played at 127.0.0.1:4401: 127.0.0.1:4401 is in use by another program: ' +
        'stop that one or choose another port. Name another place with --listen and provision anew.\n',
    });
  });
});

t.test('3: a shard is not among the files', async (t) => {
  const file = folder(t)('1.json');
  const cases = ['rs-s.header.magic', 'rs-s.forward.unchanged', '--shard', '1/2'];
  const ran = await cli(['--target', await target(t), ...QUICK, ...cases, '--reporter', `json=${file}`]);
  t.equal(ran.status, 0);
  const merged = await cli(['merge', file]);
  t.equal(merged.status, 3);
  t.match(merged.out, '\n# trouble: shard 2 of 2 is not among the files\n');
});

t.test('4: a report that cannot be written; the console has it all the same', async (t) => {
  const at = await target(t);
  const args = ['--target', at, ...QUICK, 'rs-s.header.magic', '--reporter', 'json=/nowhere/report.json'];
  const ran = await cli(args);
  t.equal(ran.status, 4);
  t.equal(
    ran.err,
    'ntm-conform: /nowhere/report.json cannot be written: there is no such folder: make it first.\n',
  );
  t.match(ran.out, /\n# 1 case: 1 passed in /);
});

t.test('130: interrupted, with a report that says so', async (t) => {
  const file = folder(t)('report.json');
  const at = await target(t);
  const args = ['rs-s.forward.unchanged', '--runs', '1000000', '--reporter', `json=${file}`];
  const ran = await cli(['--target', at, ...args], {
    onStart: (interrupt) => setTimeout(interrupt, 300),
  });
  t.equal(ran.status, 130);
  t.match(ran.out, /\nBail out! The run was cut short\.\n$/);
  t.equal(Report.parse(JSON.parse(readFileSync(file, 'utf8'))).complete, false);
});

t.test('a token file', async (t) => {
  const file = folder(t)('token');
  writeFileSync(file, '\n');
  const ran = await cli(['--target', '127.0.0.1:1', '--token-file', file]);
  t.same(ran, {
    status: 2,
    out: '',
    err: `ntm-conform: ${file} is empty: write the token into it that the adapter has.\n`,
  });
  t.ok(existsSync(file));
});
