import { formatEndpoint } from '../../reference/address.ts';
import type { Effect, HotTable, Input, Instant, Note, Role } from '../../reference/core.ts';
import { runRole } from '../../reference/drivers/loop.ts';
import { Inbox } from '../../reference/net/inbox.ts';
import type { Net } from '../../reference/net/net.ts';
import { NetError, sleepUntil } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { at, memoryNet } from '../net/addresses.ts';
import t from '../tap.ts';

/** What a role was given and asked, and what its driver did, in order. */
type Log = string[];

function name(input: Input): string {
  switch (input.kind) {
    case 'start':
      return `start on ${input.locals.map(formatEndpoint).join(', ')}`;
    case 'datagram':
      return `datagram ${input.bytes[0]} from ${formatEndpoint(input.from)}`;
    case 'done':
      return `done ${input.ref} last used ${input.outcome.what === 'last-use' ? input.outcome.at : 'never'}`;
    default:
      return input.kind;
  }
}

/** A role that returns what it is told to for an input, by its name as above. */
class Scripted implements Role {
  readonly log: Log;
  readonly answers: Record<string, Effect[]>;
  wake: Instant | undefined;

  constructor(log: Log, answers: Record<string, Effect[]>) {
    this.log = log;
    this.answers = answers;
  }

  handle(input: Input, now: Instant): Effect[] {
    this.log.push(`${name(input)} at ${now}`);
    if (input.kind === 'tick') this.wake = undefined;
    return this.answers[name(input)] ?? [];
  }

  wakeAt(): Instant | undefined {
    return this.wake;
  }

  counters() {
    return { seen: this.log.length };
  }
}

/** Forwards what begins with 7 to one place. */
function scriptedTable(log: Log): HotTable {
  return {
    forward: (bytes, from, now) => {
      if (bytes[0] !== 7) return undefined;
      log.push(`forward from ${formatEndpoint(from)} at ${now}`);
      return at('10.0.0.9:9');
    },
    apply: (effect) => {
      log.push(effect.kind === 'relay-set' ? `set ${effect.path.pathId}` : `remove ${effect.pathId}`);
    },
    lastUse: (pathId) => {
      log.push(`last use of ${pathId}?`);
      return 77;
    },
  };
}

const note = (event: string): Effect => ({ kind: 'note', note: { what: 'event', event, detail: {} } });
const send = (byte: number, to: string): Effect => ({
  kind: 'send',
  bytes: Uint8Array.of(byte),
  to: at(to),
});

async function world(answers: Record<string, Effect[]>, listen = ['10.0.0.1:1', '[fd00::1]:1']) {
  const net = memoryNet();
  const log: Log = [];
  net.onSend(({ at: now, from, to, bytes }) =>
    log.push(`${formatEndpoint(from)} sends ${bytes[0]} to ${formatEndpoint(to)} at ${now}`),
  );
  const role = new Scripted(log, answers);
  const running = await runRole({
    role,
    table: scriptedTable(log),
    net,
    listen: listen.map(at),
    onNote: (noted: Note) => log.push(`note ${noted.what === 'event' ? noted.event : noted.layer}`),
  });
  const peer = await Inbox.open(net, at('10.0.0.2:2'));
  const pass = (milliseconds: number) => net.run(sleepUntil(net, net.now() + milliseconds));
  return { net, log, role, running, peer, pass };
}

t.test('effects are performed in order, each by the socket of its family', async (t) => {
  const effects: Effect[] = [
    note('first'),
    send(1, '10.0.0.2:2'),
    { kind: 'relay-set', path: { pathId: 'aa', ends: [at('10.0.0.2:2'), at('[fd00::2]:2')] } },
    send(2, '[fd00::2]:2'),
    { kind: 'relay-remove', pathId: 'bb' },
    note('last'),
  ];
  const { log, peer, pass } = await world({ 'datagram 5 from 10.0.0.2:2': effects });
  peer.send(Uint8Array.of(5), at('10.0.0.1:1'));
  await pass(1);
  t.same(log, [
    'start on 10.0.0.1:1, [fd00::1]:1 at 0',
    '10.0.0.2:2 sends 5 to 10.0.0.1:1 at 0',
    'datagram 5 from 10.0.0.2:2 at 0',
    'note first',
    '10.0.0.1:1 sends 1 to 10.0.0.2:2 at 0',
    'set aa',
    '[fd00::1]:1 sends 2 to [fd00::2]:2 at 0',
    'remove bb',
    'note last',
  ]);
});

t.test('the hot table is asked first, and the role does not see what it forwards', async (t) => {
  const { log, peer, pass } = await world({});
  log.length = 0;
  peer.send(Uint8Array.of(7, 1, 2), at('10.0.0.1:1'));
  peer.send(Uint8Array.of(8), at('10.0.0.1:1'));
  await pass(1);
  t.same(log, [
    '10.0.0.2:2 sends 7 to 10.0.0.1:1 at 0',
    '10.0.0.2:2 sends 8 to 10.0.0.1:1 at 0',
    'forward from 10.0.0.2:2 at 0',
    '10.0.0.1:1 sends 7 to 10.0.0.9:9 at 0',
    'datagram 8 from 10.0.0.2:2 at 0',
  ]);
});

t.test('a question is asked in its place and answered after the effects beside it', async (t) => {
  const { log, peer, pass } = await world({
    'datagram 5 from 10.0.0.2:2': [
      { kind: 'relay-last-use', ref: 1, pathId: 'aa' },
      { kind: 'relay-remove', pathId: 'aa' },
      { kind: 'relay-last-use', ref: 2, pathId: 'bb' },
      note('beside'),
    ],
    'done 1 last used 77': [{ kind: 'relay-last-use', ref: 3, pathId: 'cc' }, note('of 1')],
    'done 2 last used 77': [note('of 2')],
  });
  log.length = 0;
  peer.send(Uint8Array.of(5), at('10.0.0.1:1'));
  await pass(1);
  t.same(log.slice(2), [
    'last use of aa?',
    'remove aa',
    'last use of bb?',
    'note beside',
    'done 1 last used 77 at 0',
    'last use of cc?',
    'note of 1',
    'done 2 last used 77 at 0',
    'note of 2',
    'done 3 last used 77 at 0',
  ]);
});

t.test('there is one timer, for what the role says last', async (t) => {
  const { log, role, peer, pass } = await world({});
  log.length = 0;
  const wakeAfterInput = async (wake: Instant | undefined) => {
    role.wake = wake;
    peer.send(Uint8Array.of(1), at('10.0.0.1:1'));
    await pass(1);
  };
  await wakeAfterInput(50);
  await wakeAfterInput(20);
  await wakeAfterInput(30);
  await pass(100);
  await wakeAfterInput(40);
  await wakeAfterInput(undefined);
  await pass(100);
  t.same(
    log.filter((line) => line.startsWith('tick')),
    ['tick at 30', 'tick at 103'],
    'an instant that is past is as soon as possible',
  );
});

t.test('the wish of the first input counts too', async (t) => {
  const net = memoryNet();
  const role = new Scripted([], {});
  role.wake = 10;
  await runRole({ role, net, listen: [at('10.0.0.1:1')] });
  await net.run(sleepUntil(net, 20));
  t.same(role.log, ['start on 10.0.0.1:1 at 0', 'tick at 10']);
});

t.test('stop: the goodbye goes out, then nothing happens any more', async (t) => {
  const { net, log, role, running, peer, pass } = await world({ stop: [send(9, '10.0.0.2:2'), note('bye')] });
  role.wake = 50;
  peer.send(Uint8Array.of(1), at('10.0.0.1:1'));
  await pass(1);
  log.length = 0;
  peer.send(Uint8Array.of(2), at('10.0.0.1:1'));
  await running.stop();
  await running.stop();
  await pass(100);
  t.same(log, [
    '10.0.0.2:2 sends 2 to 10.0.0.1:1 at 1',
    'stop at 1',
    '10.0.0.1:1 sends 9 to 10.0.0.2:2 at 1',
    'note bye',
  ]);
  t.equal(peer.pending.length, 1);
  t.ok(await net.bind(at('10.0.0.1:1'), () => {}), 'the endpoint is free');
});

t.test('stop, hard: as by a crash', async (t) => {
  const { log, running, pass } = await world({ stop: [send(9, '10.0.0.2:2')] });
  log.length = 0;
  await running.stop({ hard: true });
  await running.stop();
  await pass(100);
  t.same(log, []);
});

t.test('what runs says where it listens and what it counts', async (t) => {
  const { running } = await world({}, ['[fd00::1]:0', '10.0.0.1:0']);
  t.same(running.local.map(formatEndpoint), ['[fd00::1]:49152', '10.0.0.1:49152']);
  t.same(running.counters(), { seen: 1 });
});

t.test('a datagram of a family without a socket is lost', async (t) => {
  const { log, peer, pass } = await world(
    { 'datagram 5 from 10.0.0.2:2': [send(1, '[fd00::2]:2'), send(2, '10.0.0.2:2')] },
    ['10.0.0.1:1'],
  );
  peer.send(Uint8Array.of(5), at('10.0.0.1:1'));
  await pass(1);
  t.equal(log.at(-1), '10.0.0.1:1 sends 2 to 10.0.0.2:2 at 0');
  t.equal(log.length, 4);
});

t.test('what the role throws comes out', async (t) => {
  const { net, role, peer, pass } = await world({});
  role.handle = () => {
    throw new Error('a broken assumption');
  };
  peer.send(Uint8Array.of(5), at('10.0.0.1:1'));
  await t.rejects(pass(1), { message: 'a broken assumption' });
  const starting = new Scripted([], {});
  starting.handle = role.handle;
  await t.rejects(runRole({ role: starting, net, listen: [at('10.0.0.3:1')] }), {
    message: 'a broken assumption',
  });
  t.ok(await net.bind(at('10.0.0.3:1'), () => {}), 'and leaves no socket');
});

t.test('a relay effect without a table is a fault of the program', async (t) => {
  const net = memoryNet();
  const role = new Scripted([], { 'start on 10.0.0.1:1': [{ kind: 'relay-remove', pathId: 'aa' }] });
  await t.rejects(runRole({ role, net, listen: [at('10.0.0.1:1')] }), {
    message: 'the role has a relay effect but no table',
  });
});

t.test('if one endpoint cannot be had the others are given back', async (t) => {
  const net = memoryNet();
  await net.bind(at('[fd00::1]:1'), () => {});
  const role = new Scripted([], {});
  const listen = [at('10.0.0.1:1'), at('[fd00::1]:1')];
  await t.rejects(runRole({ role, net, listen }), NetError);
  t.ok(await net.bind(at('10.0.0.1:1'), () => {}));
  t.same(role.log, []);
  await t.rejects(runRole({ role, net, listen: [at('10.0.0.1:2'), at('10.0.0.1:3')] }), RangeError);
});

t.test('it runs over real UDP too', async (t) => {
  const net: Net = udpNet();
  const role = new Scripted([], {});
  const peer = await Inbox.open(net, at('127.0.0.1:0'));
  role.answers[`datagram 5 from ${formatEndpoint(peer.local)}`] = [
    { kind: 'send', bytes: Uint8Array.of(6), to: peer.local },
  ];
  role.answers.stop = [{ kind: 'send', bytes: Uint8Array.of(9), to: peer.local }];
  role.wake = net.now() + 20;
  const running = await runRole({ role, net, listen: [at('127.0.0.1:0'), at('[::1]:0')] });
  const [local = at('127.0.0.1:0')] = running.local;
  peer.send(Uint8Array.of(5), local);
  const next = async () => (await peer.receive(net.now() + 5000))?.bytes[0];
  t.equal(await next(), 6);
  await sleepUntil(net, net.now() + 40);
  await running.stop();
  t.equal(await next(), 9);
  // On a busy host the timer may be first.
  const [first, ...rest] = role.log.map((line) => line.split(' ')[0]);
  t.same([first, ...rest.slice(0, -1).sort(), rest.at(-1)], ['start', 'datagram', 'tick', 'stop']);
  await peer.close();
});
