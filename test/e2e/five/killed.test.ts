/** Two nodes of two DCs and a relay, five processes: a ping goes on, or begins anew, after one of them was killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../drivers/program.ts';
import type { T } from '../../tap.ts';
import t, { runtime } from '../../tap.ts';
import { isLong } from '../runtimes.ts';
import type { Party } from './parties.ts';
import { Parties } from './parties.ts';

/** Waits until a ping has its reply of that number. */
async function reply(t: T, ping: Started, sequence: number): Promise<void> {
  let isOver = false;
  void ping.ended.then(() => {
    isOver = true;
  });
  const isThere = () => ping.out().includes(`: seq=${sequence} `);
  while (!isThere() && !isOver) await sleep(50);
  t.ok(isThere(), `reply ${sequence}`);
}

/** It takes a minute, and has nothing of the runtime in it; virtual time has the same in test/roles/world. */
const elsewhere = runtime === 'node' && isLong ? false : 'waits a minute: tried on Node, with NTM_LONG';

async function all(t: T): Promise<Parties> {
  const parties = await Parties.create(t);
  await Promise.all((['dc-one', 'dc-two', 'rs-s', 'bob'] as const).map((party) => parties.start(party)));
  return parties;
}

async function kill(t: T, parties: Parties, party: Party): Promise<void> {
  t.equal((await parties.end(party, 'SIGKILL')).signal, 'SIGKILL');
  await parties.start(party);
}

t.test('the other node', { skip: elsewhere }, async (t) => {
  const parties = await all(t);
  const ping = parties.ping('--count', '14');
  await reply(t, ping, 2);
  await kill(t, parties, 'bob');
  await reply(t, ping, 14);
  const { status, out, err } = await ping.ended;
  t.equal(status, 0, `${out}${err}`);
});

t.test('the relay', { skip: elsewhere }, async (t) => {
  const parties = await all(t);
  parties.change('alice', (config) => {
    config.features = ['relay-only'];
  });
  const ping = parties.ping('--count', '14');
  await reply(t, ping, 2);
  await kill(t, parties, 'rs-s');
  await reply(t, ping, 14);
  const { status, out, err } = await ping.ended;
  t.equal(status, 0, `${out}${err}`);
});

const again = (parties: Parties) => parties.ping('--count', '1').ended;

for (const dc of ['dc-one', 'dc-two'] as const) {
  t.test(dc, { skip: elsewhere }, async (t) => {
    const parties = await all(t);
    const ping = parties.ping('--count', '5');
    await reply(t, ping, 2);
    await kill(t, parties, dc);
    const { out, err } = await ping.ended;
    t.match(out, '5 sent, 5 received, 0% lost', `the path does not need it\n${out}${err}`);
    // The other DC finds out by a request without an answer that its keys are of no use any more.
    const tries = [await again(parties)];
    if (tries[0]?.status !== 0) tries.push(await again(parties));
    const last = tries.at(-1);
    t.match(last?.out, /^ping \S+: 198\.18\.2\.1, from 198\.18\.1\.1$/m, `${last?.out}${last?.err}`);
    t.equal(last?.status, 0, 'it knows both nodes and their addresses by its store');
  });
}
