/** A TCP connection of applications lives as long as they want, whatever happens below. [HO-01, HO-05, HO-08] */
import process from 'node:process';
import { fqdn } from '../../reference/lab/configs.ts';
import type { Situation } from '../../reference/lab/places.ts';
import { NATS, SITUATIONS } from '../../reference/lab/places.ts';
import { Stream } from '../../reference/lab/stream.ts';
import { World } from '../../reference/lab/world.ts';
import t from '../tap.ts';
import { describe, drawn } from './share.ts';

const isLong = process.env.NTM_LONG !== undefined;
const SEEDS = Array.from({ length: isLong ? 50 : 1 }, (_, index) => index + 1);
const BYTES = isLong ? 400_000 : 100_000;
const MOVES = 10;

const drawnSeeds = { 4: drawn('streams 4', SEEDS), 6: drawn('streams 6', SEEDS) };
if (isLong) t.comment(describe('seeds of streams of each family', drawnSeeds[4].length, SEEDS.length));

for (const version of [4, 6] as const) {
  t.test(
    `IPv${version} inside: ${MOVES} moves, NATs that reboot, one that inspects: each byte once, in order`,
    async (t) => {
      for (const seed of drawnSeeds[version]) {
        const world = new World(`stream ${seed}`, setImmediate);
        const { chance, places } = world;
        const inspecting = places.behind('inspecting', {
          ...places.home(),
          nat: { ...NATS.PR, ports: 'random' },
          inspects: true,
        });
        await world.start(inspecting, places.make('PR'));
        const name = fqdn('bob');
        const stream = new Stream(world.stacks.alice, world.stacks.bob, {
          name,
          version,
          bytes: BYTES,
          pace: BYTES / 200,
        });
        const visited: string[] = [];
        for (let count = 0; count < MOVES; count++) {
          await world.run(4000 + chance.below(8000));
          const situation: Situation = chance.pick(SITUATIONS);
          const who = chance.pick(['alice', 'bob'] as const);
          visited.push(`${who} ${situation}`);
          world.move(who, places.make(situation));
          await world.run(chance.below(6000));
          for (const { gateway } of world.placeOf(chance.pick(['alice', 'bob'])).sites) gateway.reboot();
        }
        const about = `seed ${seed}: ${visited.join(', ')}`;
        t.ok(await world.run(600_000, () => stream.isDone), `${about}: done after ${world.now()} ms`);
        t.equal(stream.failure, undefined, about);
        t.same([stream.there.wrongAt, stream.back.wrongAt], [undefined, undefined], about);
        t.same([stream.there.place, stream.back.place], [BYTES, BYTES], about);
      }
    },
  );
}
