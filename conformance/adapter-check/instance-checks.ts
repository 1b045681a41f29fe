/** Checks of what is started: once for each request, gone when it has to be, with its counters and clock. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import type { AdapterCheck, Bench } from './check.ts';
import { counters, readStarted, start, startFields, startsNothing } from './instances.ts';
import type { RawTester } from './raw.ts';
import { Breach } from './raw.ts';

/** Milliseconds by which a clock is moved, within which a role that can't reach its DC tries again. */
const FORWARD = 600_000;

export const INSTANCE_CHECKS: readonly AdapterCheck[] = [
  {
    id: 'start',
    title: 'Each start gives an instance of its own, with endpoints of its own.',
    needs: startsNothing,
    async check(bench) {
      const tester = await bench.tester();
      const first = await start(bench, tester);
      const second = await start(bench, tester);
      if (first.instance === second.instance)
        throw new Breach(`two starts gave the same instance ${first.instance}`);
      const taken = new Set(first.endpoints.map(formatEndpoint));
      const shared = second.endpoints.map(formatEndpoint).find((endpoint) => taken.has(endpoint));
      if (shared !== undefined) throw new Breach(`two instances have the same endpoint ${shared}`);
      ended(await tester.done('reset'), 2);
    },
  },
  {
    id: 'lost-answer',
    title: 'A start whose answer was lost is done once, and answered again where the repetition came from.',
    needs: startsNothing,
    async check(bench) {
      const lost = await bench.tester();
      const message = lost.message('start', startFields(bench));
      lost.tell(message);
      const again = await bench.tester(lost.tester);
      const first = await again.ask(message);
      const second = await again.ask(message);
      if (first.bytes !== second.bytes)
        throw new Breach('the repeated start got another answer than the first');
      if (first.answer.answer !== 'done') throw new Breach(`start was answered ${first.answer.answer}`);
      readStarted(first.answer.result);
      ended((await again.ask({ ...again.message('reset'), id: 50 })).answer, 1);
    },
  },
  {
    id: 'reset-twice',
    title: 'Reset ends everything, and does so any number of times.',
    needs: startsNothing,
    async check(bench) {
      const tester = await bench.tester();
      const { instance } = await start(bench, tester);
      ended(await tester.done('reset'), 1);
      ended(await tester.done('reset'), 0);
      await tester.answered(['error'], tester.message('stop', { instance }));
    },
  },
  {
    id: 'reset-own',
    title: 'Reset leaves alone what another tester started.',
    needs: startsNothing,
    async check(bench) {
      const [owner, other] = [await bench.tester(), await bench.tester()];
      const { instance } = await start(bench, owner);
      ended(await other.done('reset'), 0);
      await counters(owner, instance);
    },
  },
  {
    id: 'bad-start',
    title: 'A role that nobody knows is not-implemented, a configuration that is none an error or refused.',
    needs: startsNothing,
    async check(bench) {
      const tester = await bench.tester();
      const fields = startFields(bench);
      await tester.answered(['not-implemented'], tester.message('start', { ...fields, role: 'xyzzy' }));
      await tester.answered(['error', 'refused'], tester.message('start', { ...fields, config: {} }));
      ended(await tester.done('reset'), 0);
    },
  },
  {
    id: 'stop',
    title: 'What was stopped is gone, orderly or hard, and its number is not used again.',
    needs: startsNothing,
    async check(bench) {
      const tester = await bench.tester();
      const used = new Set<number>();
      for (const hard of [false, true]) {
        const { instance } = await start(bench, tester);
        if (used.has(instance)) throw new Breach(`the number ${instance} was used again`);
        used.add(instance);
        await tester.done('stop', { instance, hard });
        await tester.answered(['error'], tester.message('counters', { instance }));
        await tester.answered(['error'], tester.message('stop', { instance, hard }));
      }
      ended(await tester.done('reset'), 0);
    },
  },
  {
    id: 'counters',
    title: 'Counters have the names of the registry, and a datagram that is too short is counted as that.',
    needs: (hello) =>
      startsNothing(hello) ?? (hello.ops.includes('counters') ? undefined : 'there is no op counters'),
    async check(bench) {
      const tester = await bench.tester();
      const { instance, endpoints } = await start(bench, tester);
      const strange = [...(await counters(tester, instance)).keys()].find((name) => !KNOWN.test(name));
      if (strange !== undefined) throw new Breach(`${strange} is no counter of the registry`);
      await throwAt(bench, endpoints, Uint8Array.of(0x05));
      const after = await counters(tester, instance);
      if ((after.get('refused.length') ?? 0) < 1)
        throw new Breach('a datagram of one byte came, but refused.length is still 0');
    },
  },
  {
    id: 'clock',
    title: `The clock moves when told to: ${FORWARD / 60_000} minutes on, a role tries to reach its DC again.`,
    needs: (hello) =>
      startsNothing(hello) ?? (hello.ops.includes('time') ? undefined : 'there is no op time'),
    async check(bench) {
      const { net, local } = bench.options;
      let came = 0;
      const dc = await net.bind(local, () => {
        came++;
      });
      try {
        const tester = await bench.tester();
        const { instance } = await start(bench, tester, dc.local);
        const before = came;
        const began = net.now();
        await tester.done('time', { instance, forward: FORWARD });
        if (net.now() - began > FORWARD / 10) throw new Breach('moving the clock takes as long as waiting');
        await settled(bench, tester, () => came > before);
        if (came <= before) throw new Breach('the clock was moved, but nothing that was due has happened');
      } finally {
        await dc.close();
      }
    },
  },
  {
    id: 'events',
    title: 'Events count up from 1, and are there again until they were asked past.',
    needs: (hello) =>
      startsNothing(hello) ?? (hello.ops.includes('events') ? undefined : 'there is no op events'),
    async check(bench) {
      const tester = await bench.tester();
      const { instance } = await start(bench, tester);
      const first = JSON.stringify(await tester.done('events', { instance, since: 0 }));
      if (first !== JSON.stringify(await tester.done('events', { instance, since: 0 })))
        throw new Breach('the same question got other events');
    },
  },
];

const KNOWN =
  /^(refused\.[a-z-]+|table\.[a-z]+\.(size|bound)|relay\.(packets|bytes|held)|opened\.(association|path|leg)|answered\.[a-z-]+)$/;

/** @throws Breach if a reset ended another number of instances */
function ended(result: unknown, wanted: number): void {
  const fields = (result as { result?: unknown }).result ?? result;
  const number = (fields as { ended?: unknown }).ended;
  if (number !== wanted)
    throw new Breach(`reset says that it ended ${String(number)} instances, not ${wanted}`);
}

/** Sends a few bytes to a role. */
async function throwAt(bench: Bench, [to]: readonly Endpoint[], bytes: Uint8Array): Promise<void> {
  const { net, local } = bench.options;
  const socket = await net.bind(local, () => {});
  if (to !== undefined) socket.send(bytes, to);
  await sleepUntil(net, net.now() + 200);
  await socket.close();
}

/** Gives datagrams that are under way the time to come. */
async function settled(bench: Bench, tester: RawTester, enough: () => boolean): Promise<void> {
  const { net } = bench.options;
  for (let tries = 0; tries < 10 && !enough(); tries++) {
    await sleepUntil(net, net.now() + 50);
    await tester.done('hello', { nonce: new Uint8Array(8) });
  }
}
