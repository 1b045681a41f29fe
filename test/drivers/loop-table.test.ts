/** What the run loop does with a hot table that is not in its own thread of things, like one in the kernel. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Effect, HotTable, Input, Role } from '../../reference/core.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import { at, memoryNet } from '../net/addresses.ts';
import t from '../tap.ts';

t.test('a table is opened before the role starts, and closed as it stops', async (t) => {
  const log: string[] = [];
  const { running } = await world(log, {});
  t.same(log, ['open 10.0.0.1:1', 'start']);
  await running.stop();
  t.same(log.slice(2), ['stop', 'close']);
});

t.test('a table that cannot be opened lets the role not start, and no socket stays', async (t) => {
  const log: string[] = [];
  const fault = new Error('no table');
  const net = memoryNet();
  const table = { ...quiet, open: () => Promise.reject(fault), close: async () => void log.push('close') };
  await t.rejects(runRole({ role: scripted(log, {}), table, net, listen: [at('10.0.0.1:1')] }), /no table/);
  t.same(log, ['close']);
  const again = await net.bind(at('10.0.0.1:1'), () => {});
  await again.close();
});

t.test('what a role sends after a change goes out once the table has it', async (t) => {
  const log: string[] = [];
  const path = { pathId: 'aa', ends: [at('10.0.0.2:2'), at('10.0.0.3:3')] } as const;
  const send = (byte: number): Effect => ({ kind: 'send', bytes: Uint8Array.of(byte), to: at('10.0.0.2:2') });
  const { pass, tell, settle } = await world(log, {
    datagram: [send(1), { kind: 'relay-set', path }, send(2), send(3)],
  });
  log.length = 0;
  tell(Uint8Array.of(9));
  await pass(1);
  t.same(log, ['datagram', 'relay-set', 'sends 1'], 'the others not yet');
  settle();
  await pass(1);
  t.same(log.slice(3), ['sends 2', 'sends 3']);
});

t.test('the answer to when a path was last used may come later', async (t) => {
  const log: string[] = [];
  const { pass, tell, answer } = await world(log, {
    datagram: [{ kind: 'relay-last-use', ref: 4, pathId: 'bb' }],
  });
  log.length = 0;
  tell(Uint8Array.of(9));
  await pass(1);
  t.same(log, ['datagram', 'asked for bb']);
  answer(17);
  await pass(1);
  t.same(log.slice(2), ['done 4 last-use 17']);
});

const quiet: HotTable = { forward: () => undefined, apply: () => {}, lastUse: () => undefined };

function scripted(log: string[], answers: Partial<Record<Input['kind'], Effect[]>>): Role {
  return {
    handle: (input) => {
      const { kind } = input;
      const about =
        kind === 'done' && input.outcome.what === 'last-use'
          ? ` ${input.ref} last-use ${input.outcome.at}`
          : '';
      log.push(`${kind}${about}`);
      return answers[kind] ?? [];
    },
    wakeAt: () => undefined,
    counters: () => ({}),
  };
}

async function world(log: string[], answers: Partial<Record<Input['kind'], Effect[]>>) {
  const net = memoryNet();
  let settle = (): void => {};
  let answer = (_: number): void => {};
  let pending: Promise<void> | undefined;
  const table: HotTable = {
    ...quiet,
    apply: ({ kind }) => {
      log.push(kind);
      pending = new Promise((resolve) => {
        settle = () => {
          pending = undefined;
          resolve();
        };
      });
    },
    settled: () => pending,
    askLastUse: (pathId) => {
      log.push(`asked for ${pathId}`);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    open: async (locals: readonly Endpoint[]) => void log.push(`open ${locals.map(formatEndpoint).join()}`),
    close: async () => void log.push('close'),
  };
  const peer = await net.bind(at('10.0.0.2:2'), (bytes) => void log.push(`sends ${bytes[0]}`));
  const running = await runRole({ role: scripted(log, answers), table, net, listen: [at('10.0.0.1:1')] });
  return {
    running,
    pass: (milliseconds: number) => net.run(sleepUntil(net, net.now() + milliseconds)),
    tell: (bytes: Uint8Array) => peer.send(bytes, at('10.0.0.1:1')),
    settle: () => settle(),
    answer: (instant: number) => answer(instant),
  };
}
