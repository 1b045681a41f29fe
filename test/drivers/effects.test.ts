import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Effect, Input, Instant, Role, TunnelHotTable } from '../../reference/core.ts';
import type { RunOptions } from '../../reference/drivers/loop.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import { Inbox } from '../../reference/net/inbox.ts';
import type { Net, OnDatagram } from '../../reference/net/net.ts';
import { NetError, sleepUntil } from '../../reference/net/net.ts';
import type { Store } from '../../reference/store.ts';
import { memoryStore } from '../../reference/store.ts';
import { at, memoryNet } from '../net/addresses.ts';
import t from '../tap.ts';

/** One word for an input, with what it carries. */
function name(input: Input): string {
  switch (input.kind) {
    case 'start':
    case 'addresses':
      return `${input.kind} ${input.locals.map(formatEndpoint).join(', ')}`;
    case 'packet':
      return `packet ${toHex(input.packet)}`;
    case 'query':
      return `query ${input.query} ${toHex(input.message)}${input.transport === 'tcp' ? ' tcp' : ''}`;
    case 'path-event':
      return `${input.event} ${input.pathId}`;
    case 'datagram':
      return `datagram ${toHex(input.bytes)}`;
    case 'done': {
      const { outcome } = input;
      const said =
        outcome.what === 'stored' ? outcome.ok : outcome.what === 'looked-up' && outcome.response?.[0];
      return `done ${input.ref} ${outcome.what} ${said}`;
    }
    default:
      return input.kind;
  }
}

/** Says what it was given, and does what it is told to for that. */
class Scripted implements Role {
  readonly answers: Record<string, Effect[]> = {};
  private readonly log: string[];

  constructor(log: string[]) {
    this.log = log;
  }

  handle(input: Input, _now: Instant): Effect[] {
    this.log.push(name(input));
    return this.answers[name(input)] ?? [];
  }

  wakeAt(): undefined {
    return undefined;
  }

  counters() {
    return {};
  }
}

/** Seals packets that begin with 1 by putting 0xee before them, and says so of those that begin with 11; opens them. */
function table(log: string[]): TunnelHotTable {
  return {
    seal: (packet) => {
      if (packet[0] !== 1) return undefined;
      const event = packet[1] === 1 ? ({ event: 'waits' } as const) : {};
      return { bytes: Uint8Array.of(0xee, ...packet), to: at('10.0.0.2:2'), pathId: 'aa', ...event };
    },
    open: (bytes) => (bytes[0] === 0xee ? bytes.subarray(1) : undefined),
    apply: (effect) => {
      log.push(effect.kind);
    },
  };
}

async function world(options: Partial<RunOptions> = {}) {
  const net = memoryNet();
  const log: string[] = [];
  const role = new Scripted(log);
  const peer = await Inbox.open(net, at('10.0.0.2:2'));
  const run = () =>
    runRole({
      role,
      net,
      listen: [at('10.0.0.1:1')],
      tunnels: table(log),
      onNote: (note) => log.push(`note ${note.what === 'event' ? note.event : note.layer}`),
      onPacket: (packet) => log.push(`out ${toHex(packet)}`),
      wallClock: () => 1_700_000_000_000,
      ...options,
    });
  net.onSend(({ from, bytes }) => log.push(`${formatEndpoint(from)} sends ${toHex(bytes)}`));
  const pass = () => net.run(sleepUntil(net, net.now() + 10));
  return { net, log, role, peer, run, pass };
}

const note = (event: string): Effect => ({ kind: 'note', note: { what: 'event', event, detail: {} } });
const deliver = (...bytes: number[]): Effect => ({ kind: 'deliver', packet: Uint8Array.from(bytes) });

t.test('packets: the table first, else the role; what it says of a path goes to the role', async (t) => {
  const { log, run, peer, pass, role } = await world();
  const running = await run();
  role.answers['packet 0203'] = [deliver(9), { kind: 'tunnel-remove', pathId: 'aa' }];
  log.length = 0;
  for (const packet of [
    [1, 2],
    [1, 1],
    [2, 3],
  ])
    running.packet(Uint8Array.from(packet));
  peer.send(Uint8Array.of(0xee, 7), at('10.0.0.1:1'));
  peer.send(Uint8Array.of(0xdd), at('10.0.0.1:1'));
  await pass();
  t.same(log, [
    '10.0.0.1:1 sends ee0102',
    '10.0.0.1:1 sends ee0101',
    'waits aa',
    'packet 0203',
    'out 09',
    'tunnel-remove',
    '10.0.0.2:2 sends ee07',
    '10.0.0.2:2 sends dd',
    'out 07',
    'datagram dd',
  ]);
});

t.test('an application that answers a packet at once waits until its effects are done', async (t) => {
  const log: string[] = [];
  const buffer = Uint8Array.of(5);
  const { run, role } = await world({
    onPacket: (packet) => {
      log.push(`out ${toHex(packet)}`);
      running.packet(buffer);
      buffer[0] = 6;
    },
    onNote: () => log.push('note'),
  });
  const running = await run();
  role.answers['packet 04'] = [deliver(1), note('after')];
  role.answers['packet 05'] = [note('later')];
  running.packet(Uint8Array.of(4));
  t.same(log, ['out 01', 'note', 'note'], 'and its packet is the one that it was');
});

t.test('a datagram that comes amid effects waits until they are done', async (t) => {
  const memory = memoryNet();
  const buffer = Uint8Array.of(5);
  let arrive: OnDatagram = () => {};
  const net: Net = {
    now: () => memory.now(),
    schedule: (when, callback) => memory.schedule(when, callback),
    bind: (local, onDatagram) => {
      arrive = onDatagram;
      return memory.bind(local, onDatagram);
    },
  };
  const { run, role, log } = await world({
    net,
    onNote: ({ what }) => {
      log.push(what);
      if (log.includes('datagram 05')) return;
      arrive(buffer, at('10.0.0.2:2'));
      buffer[0] = 6;
    },
  });
  const running = await run();
  role.answers['packet 04'] = [note('first'), deliver(1)];
  role.answers['datagram 05'] = [note('later')];
  log.length = 0;
  running.packet(Uint8Array.of(4));
  t.same(log, ['packet 04', 'event', 'out 01', 'datagram 05', 'event'], 'and is the one that it was');
});

t.test('a query gets its answer when the role has it', async (t) => {
  const { net, run, role, log } = await world();
  const running = await run();
  role.answers['query 2 bb tcp'] = [
    { kind: 'dns-answer', query: 2, message: Uint8Array.of(2) },
    { kind: 'dns-answer', query: 1, message: Uint8Array.of(1) },
    { kind: 'dns-answer', query: 1, message: Uint8Array.of(9) },
  ];
  const first = running.query(Uint8Array.of(0xaa));
  const second = running.query(Uint8Array.of(0xbb), { transport: 'tcp' });
  t.same([await first, await second], [Uint8Array.of(1), Uint8Array.of(2)]);
  const unanswered = running.query(Uint8Array.of(0xee));
  await Promise.all([t.rejects(unanswered, /no answer/), net.run(sleepUntil(net, 30_000))]);
  role.answers['query 4 dd'] = [{ kind: 'dns-answer', query: 4, message: undefined }];
  await t.rejects(running.query(Uint8Array.of(0xdd)), /no answer/, 'nor when the role says so');
  const third = running.query(Uint8Array.of(0xcc));
  await Promise.all([running.stop(), t.rejects(third, /stopped/)]);
  await t.rejects(running.query(Uint8Array.of(0xdd)), /stopped/);
  running.packet(Uint8Array.of(2));
  t.equal(log.at(-1), 'stop');
});

const persist = (ref: number, key: string, value: number | undefined): Effect => ({
  kind: 'persist',
  ref,
  changes: [[key, value === undefined ? undefined : Uint8Array.of(value)]],
});

t.test('what follows a persist is done once the store has it', async (t) => {
  const kept = memoryStore();
  const written: string[] = [];
  const store: Store = {
    load: kept.load,
    close: kept.close,
    write: (changes) => {
      kept.write(changes);
      written.push(...changes.map(([key]) => key));
    },
  };
  const { run, role, log } = await world({ store, onNote: () => written.push('note') });
  role.answers['packet 02'] = [note('1'), persist(1, 'a', 1), note('2'), persist(2, 'b', 2), note('3')];
  const running = await run();
  running.packet(Uint8Array.of(2));
  t.same(written, ['note', 'a', 'note', 'b', 'note']);
  t.same(log.slice(-2), ['done 1 stored true', 'done 2 stored true']);
  t.same(
    [...kept.load()],
    [
      ['a', Uint8Array.of(1)],
      ['b', Uint8Array.of(2)],
    ],
  );
});

t.test('what follows a persist that failed is not done', async (t) => {
  const store: Store = {
    ...memoryStore(),
    write: () => {
      throw new Error('the disk is full');
    },
  };
  const { run, role, log } = await world({ store });
  role.answers['packet 02'] = [note('before'), persist(1, 'a', 1), note('after'), persist(2, 'b', 2)];
  role.answers['done 1 stored false'] = [note('told')];
  const running = await run();
  log.length = 0;
  running.packet(Uint8Array.of(2));
  t.same(log, ['packet 02', 'note before', 'note store-failed', 'done 1 stored false', 'note told']);
});

t.test('what was stored is there at the next start, with the time of day', async (t) => {
  const store = memoryStore();
  store.write([['a', Uint8Array.of(7)]]);
  const starts: Input[] = [];
  const { run, role } = await world({ store });
  role.handle = (input) => {
    starts.push(input);
    return [];
  };
  await run();
  t.same(starts, [
    {
      kind: 'start',
      locals: [at('10.0.0.1:1')],
      wallClock: 1_700_000_000_000,
      stored: new Map([['a', Uint8Array.of(7)]]),
    },
  ]);
});

const lookUp: Effect = { kind: 'look-up', ref: 4, message: Uint8Array.of(5) };

t.test('a look-up is answered when DNS has answered', async (t) => {
  let answer: (response: Uint8Array | undefined) => void = () => {};
  const asked: Uint8Array[] = [];
  const { run, role, log, pass } = await world({
    lookUp: (message) => {
      asked.push(message);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  role.answers['packet 02'] = [lookUp, note('beside')];
  const running = await run();
  log.length = 0;
  running.packet(Uint8Array.of(2));
  t.same([log, asked], [['packet 02', 'note beside'], [Uint8Array.of(5)]]);
  answer(Uint8Array.of(6));
  await pass();
  t.equal(log.at(-1), 'done 4 looked-up 6');
  running.packet(Uint8Array.of(2));
  await running.stop();
  answer(undefined);
  await pass();
  t.equal(log.at(-1), 'stop', 'too late');
});

t.test('without DNS nothing is found', async (t) => {
  const { run, role, log } = await world();
  role.answers['packet 02'] = [lookUp, note('beside')];
  const running = await run();
  running.packet(Uint8Array.of(2));
  t.same(log.slice(-2), ['note beside', 'done 4 looked-up undefined']);
});

t.test('a host that moves: new sockets, then the role hears of it', async (t) => {
  const { net, run, role, log, peer, pass } = await world({ listen: [at('10.0.0.1:1'), at('[fd00::1]:1')] });
  const send = (to: string): Effect => ({ kind: 'send', bytes: Uint8Array.of(3), to: at(to) });
  role.answers['addresses [fd00::1]:1, 10.0.0.7:1'] = [send('10.0.0.2:2'), send('[fd00::2]:2')];
  const running = await run();
  log.length = 0;
  await running.addresses([at('10.0.0.7:1'), at('[fd00::1]:1')]);
  t.same(log, ['addresses [fd00::1]:1, 10.0.0.7:1', '10.0.0.7:1 sends 03', '[fd00::1]:1 sends 03']);
  t.same(running.local.map(formatEndpoint), ['[fd00::1]:1', '10.0.0.7:1']);
  peer.send(Uint8Array.of(1), at('10.0.0.1:1'));
  peer.send(Uint8Array.of(2), at('10.0.0.7:1'));
  await pass();
  t.same(log.slice(-1), ['datagram 02'], 'at the old address there is nobody');

  await net.bind(at('10.0.0.8:1'), () => {});
  await t.rejects(running.addresses([at('10.0.0.8:1')]), NetError);
  await t.rejects(running.addresses([at('10.0.0.8:2'), at('10.0.0.9:2')]), RangeError);
  t.same(running.local.map(formatEndpoint), ['[fd00::1]:1', '10.0.0.7:1'], 'all or nothing');
  await running.addresses([]);
  t.same([log.at(-1), running.local], ['addresses ', []]);
  await running.stop();
  t.ok(await net.bind(at('10.0.0.7:1'), () => {}), 'the endpoints are free');
});
