/** `--watch`: again with each start of the adapter, and what changed. */
import type { Adapter } from '../../adapters/kit/serve.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import type { ReferenceOptions } from '../../adapters/reference.ts';
import { referenceAdapter } from '../../adapters/reference.ts';
import { main } from '../../conformance/cli/main.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import t from '../tap.ts';
import { endpoint } from './bench.ts';
import * as faults from './faults.ts';
import { cli, target } from './terminal.ts';

const CASES = ['rs-s.forward.unchanged', 'rs-s.header.magic', '--depth', 'quick', '--quiet'];

async function serve(listen: Endpoint, reference: Omit<ReferenceOptions, 'net'> = {}): Promise<Adapter> {
  const net = udpNet();
  return await serveAdapter({ net, listen, implementation: referenceAdapter({ net, ...reference }) });
}

interface Watched {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs it in a terminal; each time that it waits the next step is done. The last one presses Ctrl-C. */
async function watched(args: readonly string[], steps: (() => unknown)[], enter?: boolean): Promise<Watched> {
  let [out, err] = ['', ''];
  let interrupt = () => {};
  let press = () => {};
  const status = await main([...args, '--watch'], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      if (!text.startsWith('Watching: ')) return;
      const step = steps.shift();
      // It waits as soon as this has been said.
      setTimeout(() => (step === PRESS ? press() : (step ?? interrupt)()), 0);
    },
    isTerminal: true,
    width: 110,
    colours: false,
    onInterrupt: (callback) => {
      interrupt = callback;
      return () => {};
    },
    ...(enter && {
      onEnter: (callback: () => void) => {
        press = callback;
        return () => {};
      },
    }),
  });
  return { status, out, err };
}

const PRESS = () => {};

t.test('a target that was started anew is tested anew', async (t) => {
  let adapter = await serve(endpoint('127.0.0.1:0'));
  t.teardown(() => adapter.close());
  const { local } = adapter;
  const again = async (reference?: Omit<ReferenceOptions, 'net'>): Promise<void> => {
    await adapter.close();
    adapter = await serve(local, reference);
  };
  const { status, out, err } = await watched(
    ['--target', formatEndpoint(local), ...CASES],
    [() => again({ wrap: faults.takesAnyMagic }), () => again()],
  );
  t.equal(status, 0);
  const said = out.split('\n').filter((line) => /^(Since| {2}worse| {2}better|\d+ cases:)/.test(line));
  t.equal(said.length, 7);
  t.match(said[0], /^2 cases: 2 passed/);
  t.match(said[1], /^Since .*: 1 worse, 0 better, 0 new, 0 not run$/);
  t.equal(said[2], '  worse: rs-s.header.magic');
  t.match(said[3], /^2 cases: 1 passed, 1 failed/);
  t.match(said[4], /^Since .*: 0 worse, 1 better, 0 new, 0 not run$/);
  t.equal(said[5], '  better: rs-s.header.magic');
  const where = formatEndpoint(local);
  const waits = `Watching: a new start of the adapter at ${where} runs it again, Ctrl-C ends it.\n`;
  const news = `\nAgain: the adapter at ${where} was started.\n\n`;
  t.equal(err, `${waits}${news}${waits}${news}${waits}`);
});

t.test('a target that is not there yet is waited for', async (t) => {
  const adapter = await serve(endpoint('127.0.0.1:0'));
  const { local } = adapter;
  await adapter.close();
  let late: Adapter | undefined;
  t.teardown(() => late?.close());
  const { status, out, err } = await watched(
    ['--target', formatEndpoint(local), ...CASES],
    [
      async () => {
        late = await serve(local);
      },
    ],
  );
  t.equal(status, 0);
  t.match(out, /^2 cases: 2 passed/);
  t.match(err, /^ntm-conform: Hello to the adapter at .*: no answer\..*\nWatching: /);
});

t.test('Enter runs it again, and the seed stays', async (t) => {
  const args = ['--target', await target(t), ...CASES.slice(0, -1)];
  const { status, out, err } = await watched(args, [PRESS], true);
  t.equal(status, 0);
  t.match(err, 'or Enter runs it again, Ctrl-C ends it.\n\nAgain: Enter was pressed.\n');
  const seeds = [...out.matchAll(/, seed (\w+),/g)].map(([, seed]) => seed);
  t.equal(seeds.length, 2);
  t.equal(seeds[0], seeds[1]);
});

t.test('what cannot be meant ends it at once', async (t) => {
  for (const [args, what] of [
    [[], '--watch waits for an adapter that is started anew, or for Enter'],
    [['--list'], '--watch runs again and again, --list is done once'],
    [['--target', '127.0.0.1:9', '--evidence', 'e'], '--watch runs again and again, --evidence is done once'],
    [['--target', '127.0.0.1:9', 'rs-s.nothing'], 'No case matches rs-s.nothing'],
  ] as const) {
    const { status, out, err } = await cli([...args, '--watch']);
    t.same([status, out], [2, '']);
    t.match(err, `ntm-conform: ${what}`);
  }
});
