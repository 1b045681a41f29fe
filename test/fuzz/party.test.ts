/** Short runs against a DC, a node and relays that are tunnel ends, and faults that they have to find. The long runs are in .ci/long. */
import type { Counters, Effect, Input, Role } from '../../reference/core.ts';
import t from '../tap.ts';
import { Violation } from './judge.ts';
import { empty, LAYERS_OF } from './layers.ts';
import type { PartyTallies } from './party/party.ts';
import { Party } from './party/party.ts';
import type { PartyRole as Fuzzed } from './party/under-fire.ts';
import { UNDER_FIRE } from './party/under-fire.ts';

const COUNT = 1500;

function run(role: Fuzzed, seed: string, count: number, wrap = (role: Role): Role => role): PartyTallies {
  const { side, dice } = UNDER_FIRE[role](seed);
  const party = new Party({ ...side, role: wrap(side.role) }, dice);
  while (party.tallies.datagrams < count) party.step();
  return party.tallies;
}

for (const role of ['dc', 'node', 'rs-n', 'rs-t'] as const) {
  t.test(`hostile datagrams leave one of role ${role} as it should be`, (t) => {
    const tallies = run(role, '1', COUNT);
    t.ok(tallies.genuine > COUNT / 2, 'more than half of them are made with keys');
    t.ok(tallies.canary >= 10 && tallies.sent > COUNT / 4);
    t.equal(tallies.forwarded > 0, role !== 'dc', 'inner packets');
    const unused = empty(tallies.refused, LAYERS_OF[role]);
    t.ok(unused.length <= 7, `unused: ${unused}`);
  });

  t.test(`the same seed sends the same to one of role ${role}`, (t) => {
    t.same(run(role, '2', 400), run(role, '2', 400));
  });
}

// By this seed a datagram that the tag refused made the node close a path that was one too many just then. [GEN-20]
t.test('what is refused sets nothing off', (t) => {
  t.ok((run('node', '5085', 1700).refused.get('tag') ?? 0) > 0);
});

interface Fault {
  readonly name: string;
  readonly found: RegExp;
  readonly only?: Fuzzed;
  readonly effects?: (effects: Effect[], input: Input) => Effect[];
  readonly counters?: (counters: Counters) => Counters;
}

const isRefusal = (effect: Effect): boolean => effect.kind === 'note' && effect.note.what === 'refused';
const isSend = (effect: Effect): effect is Extract<Effect, { kind: 'send' }> => effect.kind === 'send';

/** The packet with another last byte in its source. */
const sentFrom = (packet: Uint8Array, last: number): Uint8Array => {
  const other = packet.slice();
  other[(other[0] ?? 0) >> 4 === 4 ? 15 : 23] = last;
  return other;
};

const FAULTS: readonly Fault[] = [
  {
    name: 'answers what it refuses',
    found: /caused|to a stranger|no channel of ours|opens under no key|over 1500 bytes/,
    effects: (effects, input) =>
      input.kind === 'datagram' && effects.some(isRefusal)
        ? [...effects, { kind: 'send', bytes: input.bytes.slice(), to: input.from }]
        : effects,
  },
  {
    name: 'counts nothing',
    found: /not even a count/,
    effects: (effects) => effects.filter((effect) => !isRefusal(effect)),
  },
  {
    name: 'sends all it sends twice',
    found: /used before/,
    effects: (effects) =>
      effects.flatMap((effect): Effect[] => (isSend(effect) ? [effect, effect] : [effect])),
  },
  {
    name: 'keeps the buffer of what it sends on',
    found: /no good|opens under no key|no channel of ours/,
    effects: (effects, input) =>
      input.kind === 'datagram'
        ? effects.map((effect) => (isSend(effect) ? { ...effect, bytes: input.bytes } : effect))
        : effects,
  },
  {
    name: 'throws at a long datagram',
    found: /RangeError: too long/,
    effects: (effects, input) => {
      if (input.kind === 'datagram' && input.bytes.length > 1000) throw new RangeError('too long');
      return effects;
    },
  },
  {
    name: 'falls silent',
    found: /canary/,
    effects: (effects, input) => (input.kind === 'start' ? effects : effects.filter((one) => !isSend(one))),
  },
  {
    name: 'delivers what is for others',
    only: 'node',
    found: /not for it/,
    effects: (effects, input) =>
      input.kind === 'packet' ? [...effects, { kind: 'deliver', packet: input.packet.slice() }] : effects,
  },
  {
    name: 'lets out what it did not translate',
    only: 'rs-n',
    found: /to the general side from/,
    effects: (effects) => {
      const hop = effects.find((effect) => effect.kind === 'deliver');
      return hop === undefined ? effects : [...effects, { ...hop, packet: sentFrom(hop.packet, 9) }];
    },
  },
  {
    name: 'lets out what is from an address that it did not lend',
    only: 'rs-t',
    found: /to the general side from/,
    effects: (effects) =>
      effects.map((effect) =>
        effect.kind === 'deliver' ? { ...effect, packet: sentFrom(effect.packet, 9) } : effect,
      ),
  },
  {
    name: 'has a table over its bound',
    found: /its bound/,
    counters: (counters) => ({ ...counters, 'table.sources.size': 5000 }),
  },
];

for (const { name, found, only, effects, counters } of FAULTS) {
  for (const fuzzed of only === undefined ? (['dc', 'node'] as const) : [only]) {
    t.test(`found: a ${fuzzed} that ${name}`, (t) => {
      const wrap = (role: Role): Role => ({
        handle: (input, now) => {
          const done = role.handle(input, now);
          return effects === undefined ? done : effects(done, input);
        },
        wakeAt: () => role.wakeAt(),
        counters: () => (counters === undefined ? role.counters() : counters(role.counters())),
      });
      let fault: unknown;
      try {
        run(fuzzed, '3', COUNT, wrap);
      } catch (thrown) {
        fault = thrown;
      }
      t.ok(fault instanceof Violation, 'found');
      t.match(fault instanceof Error ? fault.message : '', found);
    });
  }
}
