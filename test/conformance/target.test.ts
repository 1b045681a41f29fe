/** The tester's end of the adapter contract, and what a case can ask of an instance. */

import type { Fields } from '../../adapters/cbor.ts';
import { encode } from '../../adapters/cbor.ts';
import { answer } from '../../adapters/contract.ts';
import { fromDatagram } from '../../adapters/framing.ts';
import type { Implementation } from '../../adapters/kit/implementation.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import type { Case } from '../../conformance/case.ts';
import { scriptCase } from '../../conformance/case.ts';
import type { Intent } from '../../conformance/intent.ts';
import { VALID } from '../../conformance/intent.ts';
import { seededRandom } from '../../conformance/random.ts';
import { AdapterClient } from '../../conformance/target/adapter-client.ts';
import { TargetError } from '../../conformance/target/target.ts';
import type { World } from '../../conformance/world.ts';
import { family } from '../../reference/address.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import t from '../tap.ts';
import { ADAPTER, endpoint, memoryNet, runInMemory } from './bench.ts';

const HELLO = {
  name: 'odd',
  version: '1',
  contract: '1.0',
  roles: ['rs-s'],
  ops: ['hello', 'reset', 'start', 'stop', 'counters'],
  claims: {},
  limits: { instances: 4, inFlight: 4, answers: 64, message: 65536 },
};

type Respond = (request: Fields) => Uint8Array[];

/** Connects to an adapter that answers as told. */
async function connect(respond: Respond): Promise<AdapterClient> {
  const net = memoryNet();
  const framing = { datagram: 8192, token: undefined };
  const socket = await net.bind(ADAPTER, (bytes, from) => {
    const frame = fromDatagram(bytes, framing);
    if (frame === undefined || !('message' in frame)) return;
    for (const datagram of respond(frame.message)) socket.send(datagram, from);
  });
  const random = seededRandom('tester');
  return await net.run(
    AdapterClient.connect({ net, adapter: ADAPTER, local: endpoint('127.0.0.1:0'), random }),
  );
}

function says(request: Fields, content: Fields): Uint8Array {
  return encode(answer(request as { tester: Uint8Array; id: number }, 'done', content));
}

t.test('hello: what a person is told when it is not answered as it should be', async (t) => {
  const message = async (respond: Respond): Promise<string> => {
    try {
      await connect(respond);
      return 'connected';
    } catch (error) {
      if (error instanceof TargetError) return `${error.fault}: ${error.message}`;
      throw error;
    }
  };
  t.equal(await message((request) => [says(request, { ...HELLO, nonce: request.nonce })]), 'connected');
  t.match(
    await message(() => []),
    /^unreachable: hello to the adapter at 127.0.0.1:4400: no answer.*provision/,
  );
  t.match(
    await message(() => [Uint8Array.of(1, 2, 3)]),
    /^unreachable: .*: \d datagrams that are no answer to it/,
  );
  t.match(
    await message((request) => [says(request, { ...HELLO, nonce: new Uint8Array(8) })]),
    /another nonce/,
  );
  t.match(
    await message((request) => [says(request, { nonce: request.nonce })]),
    /^contract: .*: name is missing\.$/,
  );
  t.match(
    await message((request) => [encode({ ...answer(request as never, 'error', 'no'), v: '2.0' })]),
    /^contract: .* speaks contract 2.0, this suite 1.0/,
  );
  t.match(await message((request) => [encode(answer(request as never, 'error', 'broken'))]), /error: broken/);
  t.match(
    await message((request) => [encode({ ...answer(request as never, 'error', 'no'), answer: 'maybe' })]),
    /: answer is none of done, refused, not-implemented, error\.$/,
  );
});

t.test('beyond loopback it takes a token', async (t) => {
  const unanswered = async (token?: Uint8Array): Promise<string> => {
    const net = memoryNet();
    const parts = { net, adapter: endpoint('192.0.2.1:4400'), local: endpoint('192.0.2.9:0') };
    try {
      const random = seededRandom('tester');
      await net.run(AdapterClient.connect({ ...parts, random, ...(token && { token }) }));
      return 'connected';
    } catch (error) {
      return (error as Error).message;
    }
  };
  t.match(await unanswered(), /: no answer\. Start the adapter there, and name with --token-file the token/);
  t.match(
    await unanswered(new Uint8Array(16)),
    /: no answer\. Start the adapter there\. If a role of its own/,
  );
});

function single(adapterLevel: Case['adapterLevel'], script: (world: World) => Promise<void>): Case {
  return scriptCase({
    id: 'test.single',
    title: 'One.',
    clauses: [],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel,
    features: [],
    needs: [],
    isolation: 'own',
    catches: 'Nothing.',
    script,
  });
}

async function outcome(info: Case): Promise<string> {
  const report = await runInMemory({ run: { cases: [info] } });
  const [result] = report.cases;
  return `${result?.verdict} ${result?.actual ?? result?.reason ?? ''}`.trim();
}

t.test('an instance: counters, restart, its clock, its configuration', async (t) => {
  const script = async (world: World) => {
    const rs = await world.rs({ capacity: 1, timers: { 'hold-time': 0.5 }, dcs: 2, dcNodeId: 'higher' });
    const [dc, other] = rs.dcs;
    if (dc === undefined || other === undefined) throw new Error('two DCs are needed');
    await dc.relay();
    world.status(await dc.direct(dc.relayDirection(dc.plan())), 9, 'A full table is said to be.');
    await rs.forward(130_000);
    world.status(await other.direct(other.relayDirection(other.plan())), 0, 'An idle entry ends.');
    const before = await rs.counters();
    world.check((before['answered.busy'] ?? 0) === 1, 'one answer busy', JSON.stringify(before));
    await rs.restart({ hard: true });
    await dc.associate();
    await dc.relay();
  };
  t.equal(await outcome(single(3, script)), 'pass');
});

t.test('an RS-S that is not told where its DCs are waits for them', async (t) => {
  const script = async (world: World) => {
    const rs = await world.rs({ silentStart: true, bare: true });
    await world.sleep(2000);
    const [dc] = rs.dcs;
    world.check(dc?.peer.inbox.length === 0, 'nothing', 'something');
    await dc?.associate();
  };
  t.equal(await outcome({ ...single(1, script), waits: 2000 }), 'pass');
});

t.test(
  'a late answer that breaks the contract does no harm; who waits for its turn is not slow',
  async (t) => {
    const net = memoryNet();
    const wait = (ms: number) => new Promise<void>((resolve) => net.schedule(net.now() + ms, resolve));
    const after: Record<string, number> = { start: 4000, counters: 100 };
    const results: Record<string, Fields> = {
      start: { instance: 'one' },
      counters: { counters: {}, more: false },
    };
    const socket = await net.bind(ADAPTER, (bytes, from) => {
      const frame = fromDatagram(bytes, { datagram: 8192, token: undefined });
      if (frame === undefined || !('message' in frame)) return;
      const request: Fields = frame.message;
      const hello = { ...HELLO, limits: { ...HELLO.limits, inFlight: 1 }, nonce: request.nonce };
      const content = says(request, results[String(request.op)] ?? hello);
      net.schedule(net.now() + (after[String(request.op)] ?? 0), () => socket.send(content, from));
    });
    const slow = await net.run(
      (async () => {
        const random = seededRandom('tester');
        const local = endpoint('127.0.0.1:0');
        const client = await AdapterClient.connect({ net, adapter: ADAPTER, local, random });
        const start = client.call('start', { role: 'rs-s', config: {}, case: 'test' }, 2000);
        await Promise.all([start.catch(() => undefined), client.call('counters', { instance: 1 })]);
        const waited = client.slow.meets(0, net.now());
        after.counters = 600;
        await client.call('counters', { instance: 1 });
        // The answer to the start has come by then.
        await wait(3000);
        const slept = client.slow.meets(0, net.now());
        await client.close();
        return [waited, slept];
      })(),
    );
    t.same(slow, [false, true]);
  },
);

t.test('an instance whose start was given up is stopped as soon as it is there', async (t) => {
  const net = memoryNet();
  const wait = (ms: number) => new Promise<void>((resolve) => net.schedule(net.now() + ms, resolve));
  const stopped: number[] = [];
  const implementation: Implementation = {
    name: 'late',
    version: '1',
    roles: ['rs-s'],
    claims: {},
    async start() {
      await wait(8000);
      return {
        endpoints: [endpoint('127.0.0.1:1')],
        stop: async () => void stopped.push(net.now()),
        counters: () => ({}),
      };
    },
  };
  const reason = await net.run(
    (async () => {
      const adapter = await serveAdapter({ net, listen: ADAPTER, implementation });
      const random = seededRandom('tester');
      const client = await AdapterClient.connect({
        net,
        adapter: ADAPTER,
        local: endpoint('127.0.0.1:0'),
        random,
      });
      const given = await client
        .call('start', { role: 'rs-s', config: {}, case: 'test' })
        .catch((error) => error);
      await wait(5000);
      await client.close();
      await adapter.close();
      return given.message;
    })(),
  );
  t.equal(reason, 'the adapter did not answer start in 5 s');
  t.equal(stopped.length, 1);
  t.ok((stopped[0] ?? 0) >= 8000 && (stopped[0] ?? 0) < 8100, `at ${stopped[0]}`);
});

t.test('a case that is tried again has a DC that knows nothing of the try before', async (t) => {
  const stores: string[] = [];
  const instead = (made: Implementation): Implementation => ({
    ...made,
    start(request) {
      if (request.store !== undefined) stores.push(request.store);
      return made.start?.(request) ?? Promise.reject(new Error('it starts nothing'));
    },
  });
  const info: Case = {
    ...single(1, async (world) => {
      const dc = await world.dc();
      await dc.node(0).register();
      await dc.restart({ hard: true });
      await dc.node(1).register();
      world.status(await dc.node(1).ask({ peerFqdn: dc.node(0).fqdn }), 0, 'DC-25: it is registered still.');
    }),
    roles: ['dc'],
  };
  const { cases } = await runInMemory({ run: { cases: [info, info], jobs: 1 }, instead });
  t.same(
    cases.map(({ verdict }) => verdict),
    ['pass', 'pass'],
  );
  const [first = '', , second = ''] = stores;
  t.same(stores, [first, first, second, second]);
  t.equal(second, `${first}, 2`);
});

t.test('legs of both families, and nodes at two addresses', async (t) => {
  const script = async (world: World) => {
    const { a, b } = await world.relayed({ a: { family: 6 }, b: { source: 1 } });
    world.came(await b.takeRelayed(a.sendData(world.random(50))), 'the same bytes');
    world.check(b.peer.local.ip === '127.0.0.2', '127.0.0.2', b.peer.local.ip);
  };
  t.equal(await outcome({ ...single(0, script), needs: ['ipv6', 'two-sources'] }), 'pass');
});

t.test('a target listens by the families that it claims, and its DC is played at one of them', async (t) => {
  const run = async (families: readonly (4 | 6)[]) => {
    const listens = new Set<string>();
    const instead = (made: Implementation): Implementation => ({
      ...made,
      claims: { ...made.claims, families: [...families] },
      start(request) {
        listens.add(String(request.config.listen));
        return made.start?.(request) ?? Promise.reject(new Error('it starts nothing'));
      },
    });
    const script = async (world: World) => {
      const { dc, endpoints } = await world.rs();
      world.check(endpoints.length === families.length, 'as many endpoints', `${endpoints.length}`);
      const isClaimed = families.includes(family(dc.peer.local.ip));
      world.check(isClaimed, 'a DC of a family that is claimed', dc.peer.local.ip);
    };
    const { cases } = await runInMemory({ run: { cases: [single(1, script)] }, instead });
    return [[...listens], cases.map(({ verdict, reason }) => reason ?? verdict)];
  };
  t.same(await run([4]), [['127.0.0.1:0'], ['pass']]);
  t.same(await run([6]), [['[::1]:0'], ['pass']]);
  t.same(await run([4, 6]), [['127.0.0.1:0,[::1]:0'], ['pass']]);
});

t.test('what a played peer sends is held to its intent by the twin', async (t) => {
  const script = async (world: World) => {
    const rs = await world.rs();
    const stranger = await world.stranger(rs);
    stranger.send(new Uint8Array(60).fill(5), undefined, {
      intent: { kind: 'fault', fault: 'another first byte', layer: 'magic' },
    });
  };
  t.match(await outcome(single(0, script)), /^suite-error .*stranger sent what it had not meant.*not magic/);
});

t.test('message 2 of a played peer too', async (t) => {
  const sends = async (intent: Intent, at: number | undefined) => {
    const script = async (world: World) => {
      const { dc } = await world.rs({ bare: true, habits: { answerOpenings: false } });
      const { peer, association } = dc;
      const first = await peer.take(({ type }) => type === MessageType.openingRequest);
      const state = first && association.readMessage1(first.bytes);
      const made = state && association.message2(state, first.bytes, world.stage.fresh);
      if (made === undefined) throw new Error('there was no message 1');
      const bytes = made.bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
      peer.send(bytes, undefined, { channel: association, intent });
    };
    return await outcome(single(1, script));
  };
  const fault: Intent = { kind: 'fault', fault: 'what is wrong', layer: 'handshake' };
  t.equal(await sends(VALID, undefined), 'pass');
  t.equal(await sends(fault, 75), 'pass');
  t.match(
    await sends(VALID, 75),
    /^suite-error .*the twin says handshake: message 2 fits none of 1 attempts/,
  );
  t.match(await sends(fault, undefined), /^suite-error .*the twin says valid, not handshake/);
});
