/** Short runs of the fuzzer, and faults that it has to find. The long runs are in .ci/long. */
import type { Counters, Effect, Input, Instant } from '../../reference/core.ts';
import { specClauses } from '../conformance/bench.ts';
import t from '../tap.ts';
import type { Attacked, Tallies } from './inside.ts';
import { Inside } from './inside.ts';
import { Violation } from './judge.ts';
import { empty, LAYERS_OF_RS_S, NOT_OF_RS_S } from './layers.ts';
import { outside } from './outside.ts';

const COUNT = 2500;

function run(seed: string, count: number, wrap?: (attacked: Attacked) => Attacked): Tallies {
  const world = new Inside({ seed, ...(wrap && { wrap }) });
  while (world.tallies.datagrams < count) world.step();
  return world.tallies;
}

t.test('hostile datagrams leave an RS-S as it should be', (t) => {
  const tallies = run('1', COUNT);
  t.ok(tallies.genuine > COUNT / 2, 'more than half of them are made with keys');
  t.ok(tallies.canary > COUNT / 40 && tallies.forwarded > 0 && tallies.sent > 0);
  t.ok(empty(tallies.refused).length <= 4, `unused: ${empty(tallies.refused)}`);
});

t.test('the same seed sends the same', (t) => {
  t.same(run('2', 600), run('2', 600));
});

t.test('layers left out are those of other roles', async (t) => {
  const clauses = await specClauses();
  const roles = (id: string): readonly string[] =>
    clauses.find((clause) => clause.id === id)?.roles ?? ['rs-s'];
  for (const id of ['GEN-32', 'TUN-11', 'NODE-11', 'RSN-09', 'RSN-11', 'RSN-14', 'RSN-15'])
    t.notOk(roles(id).includes('rs-s'), id);
  t.equal(NOT_OF_RS_S.length, 8);
  t.equal(LAYERS_OF_RS_S.length, 20);
});

interface Fault {
  readonly name: string;
  readonly found: RegExp;
  /** What becomes of the effects of an input. */
  readonly effects?: (effects: Effect[], input: Input, now: Instant) => Effect[];
  readonly counters?: (counters: Counters) => Counters;
  readonly forward?: (
    bytes: Uint8Array,
    attacked: Attacked,
    ...rest: [from: Parameters<Attacked['table']['forward']>[1], now: Instant]
  ) => ReturnType<Attacked['table']['forward']>;
}

const isRefusal = (effect: Effect): boolean => effect.kind === 'note' && effect.note.what === 'refused';
let forwarded = 0;
let rising = 0;
let sealed = 0;

const FAULTS: readonly Fault[] = [
  {
    name: 'answers what it refuses',
    found: /caused|opens under no key|no channel of ours|to a stranger/,
    effects: (effects, input) =>
      input.kind === 'datagram' && effects.some(isRefusal)
        ? [...effects, { kind: 'send', bytes: input.bytes.slice(), to: input.from }]
        : effects,
  },
  {
    name: 'counts a datagram twice',
    found: /counted 2 times|caused/,
    effects: (effects) => effects.flatMap((effect) => (isRefusal(effect) ? [effect, effect] : [effect])),
  },
  {
    name: 'counts nothing',
    found: /not even a count|is due/,
    effects: (effects) => effects.filter((effect) => !isRefusal(effect)),
  },
  {
    name: 'calls every layer another',
    found: /is due|passed as far as|after \d+ refusals/,
    effects: (effects) =>
      effects.map((effect) =>
        effect.kind === 'note' && effect.note.what === 'refused'
          ? { kind: 'note', note: { ...effect.note, layer: 'tag' } }
          : effect,
      ),
  },
  {
    name: 'sends all it sends three times',
    found: /used before/,
    effects: (effects) =>
      effects.flatMap((effect): Effect[] => (effect.kind === 'send' ? [effect, effect, effect] : [effect])),
  },
  {
    name: 'seals nonsense after a while',
    found: /opens under no key/,
    effects: (effects) =>
      effects.map((effect) =>
        effect.kind === 'send' && effect.bytes[1] === 0x0e && ++sealed > 20
          ? { ...effect, bytes: effect.bytes.slice().fill(0xa5, 28) }
          : effect,
      ),
  },
  {
    name: 'throws at a long datagram',
    found: /RangeError: too long/,
    effects: (effects, input) => {
      if (input.kind === 'datagram' && input.bytes.length > 1500) throw new RangeError('too long');
      return effects;
    },
  },
  {
    name: 'reflects',
    found: /canary|relayed back/,
    forward: (bytes, { table }, from, now) =>
      table.forward(bytes, from, now) === undefined ? undefined : from,
  },
  {
    name: 'stops forwarding',
    found: /canary/,
    forward: (bytes, { table }, from, now) =>
      ++forwarded > 200 ? undefined : table.forward(bytes, from, now),
  },
  {
    name: 'changes what it forwards',
    found: /bytes were changed/,
    forward: (bytes, { table }, from, now) => {
      const to = table.forward(bytes, from, now);
      if (to !== undefined) bytes[30] = (bytes[30] ?? 0) ^ 1;
      return to;
    },
  },
  {
    name: 'has a counter that falls',
    found: /fell from/,
    counters: (counters) => ({ ...counters, 'relay.packets': 1000 - ++rising }),
  },
  {
    name: 'has a table over its bound',
    found: /its bound/,
    counters: (counters) => ({ ...counters, 'table.sources.size': 4097 }),
  },
];

for (const { name, found, effects, counters, forward } of FAULTS) {
  t.test(`found: an RS-S that ${name}`, (t) => {
    const wrap = (attacked: Attacked): Attacked => {
      const { role, table } = attacked;
      return {
        role: {
          handle: (input, now) => {
            const done = role.handle(input, now);
            return effects === undefined ? done : effects(done, input, now);
          },
          wakeAt: () => role.wakeAt(),
          counters: () => (counters === undefined ? role.counters() : counters(role.counters())),
        },
        table: {
          forward: (bytes, from, now) =>
            forward === undefined ? table.forward(bytes, from, now) : forward(bytes, attacked, from, now),
          apply: (effect) => table.apply(effect),
          lastUse: (pathId) => table.lastUse(pathId),
        },
      };
    };
    let fault: unknown;
    try {
      run('3', COUNT, wrap);
    } catch (thrown) {
      fault = thrown;
    }
    t.ok(fault instanceof Violation, 'found');
    t.match(fault instanceof Error ? fault.message : '', found);
  });
}

t.test('hostile datagrams over UDP leave a program as it should be', async (t) => {
  const { faults, canary, received, refused } = await outside({ seed: '1', count: 800, progress: () => {} });
  t.same(faults, []);
  t.ok(canary > 4 && received > 100);
  t.ok(empty(refused).length < LAYERS_OF_RS_S.length / 2, 'layers at work');
});
