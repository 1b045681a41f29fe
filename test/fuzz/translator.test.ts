/** Short runs of the fuzzer against the translator of an RS-N, and faults that it has to find. */
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import type { Napt } from '../../reference/roles/rs-n/napt/napt.ts';
import t from '../tap.ts';
import type { Tallies } from './inside.ts';
import { Violation } from './judge.ts';
import { empty, LAYERS_OF } from './layers.ts';
import type { Translator } from './translator.ts';
import { TranslatorUnderFire } from './translator.ts';

function run(seed: string, steps: number, wrap?: (napt: Napt) => Translator): Tallies {
  const world = new TranslatorUnderFire(seed, wrap);
  for (let i = 0; i < steps; i++) world.step();
  return world.tallies;
}

t.test('broken and hostile packets leave the translator as it should be', (t) => {
  const tallies = run('1', 12_000);
  t.ok(tallies.forwarded > 1500 && tallies.sent > 100 && tallies.canary > 100, JSON.stringify(tallies));
  t.same(empty(tallies.refused, LAYERS_OF.translator), [], 'all its layers are at work');
  t.equal(tallies.refused.size, LAYERS_OF.translator.length, 'and no others');
});

t.test('the same seed sends the same', (t) => {
  t.same(run('2', 500), run('2', 500));
});

const handed = (napt: Napt): Translator => ({
  bind: (peering, now) => napt.bind(peering, now),
  release: (pathId, now) => napt.release(pathId, now),
  quickOut: (packet, pathId, now) => napt.quickOut(packet, pathId, now),
  out: (packet, pathId, now) => napt.out(packet, pathId, now),
  quickIn: (packet, now) => napt.quickIn(packet, now),
  in: (packet, now) => napt.in(packet, now),
  expire: (now) => napt.expire(now),
  sizes: () => napt.sizes(),
});

/** The packet with one byte changed. */
const spoiled = (packet: Uint8Array, at: number): Uint8Array => {
  const other = packet.slice();
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
};

let sent = 0;
const FAULTS: Readonly<Record<string, readonly [found: RegExp, wrap: (napt: Napt) => Partial<Translator>]>> =
  {
    'sends wrong checksums': [
      /checksum/,
      (napt) => ({
        out: (packet, pathId, now) => {
          const outcome = napt.out(packet, pathId, now);
          return { ...outcome, packets: outcome.packets.map((one) => spoiled(one, one.length - 1)) };
        },
      }),
    ],
    'forwards what it does not translate': [
      /out from|out to|length|checksum/,
      (napt) => ({
        out: (packet, pathId, now) => {
          const outcome = napt.out(packet, pathId, now);
          return outcome.refused === 'translation' && packet.length > 40
            ? { packets: [packet.slice()], back: [] }
            : outcome;
        },
      }),
    ],
    'lets errors come from routers': [
      /into .* from/,
      (napt) => ({
        in: (packet, now) => {
          const { to, ...rest } = napt.in(packet, now);
          const packets = to?.packets.map((one) =>
            one[0] === 0x45 && one[9] === 1 ? setHeaderChecksum(spoiled(one, 15)) : one,
          );
          return to === undefined ? rest : { ...rest, to: { ...to, packets: packets ?? [] } };
        },
      }),
    ],
    'throws at a short packet': [
      /RangeError: short/,
      (napt) => ({
        in: (packet, now) => {
          if (packet.length < 20) throw new RangeError('short');
          return napt.in(packet, now);
        },
      }),
    ],
    'still sends into paths that are gone': [/which is gone/, () => ({ release: () => {} })],
    'forgets who sent': [
      /canary/,
      (napt) => ({
        in: (packet, now) => (++sent > 500 ? { reply: [], refused: 'mapping' } : napt.in(packet, now)),
      }),
    ],
    'has a table over its bound': [
      /tables/,
      (napt) => ({ sizes: () => ({ ...napt.sizes(), mappings: 101 }) }),
    ],
  };

for (const [name, [found, wrap]] of Object.entries(FAULTS)) {
  t.test(`found: a translator that ${name}`, (t) => {
    let fault: unknown;
    try {
      run('3', 8000, (napt) => ({ ...handed(napt), ...wrap(napt) }));
    } catch (thrown) {
      fault = thrown;
    }
    t.ok(fault instanceof Violation, 'found');
    t.match(fault instanceof Error ? fault.message : '', found);
  });
}
