/** A service behind a balancer and NTMAs, and the page of the experiment. [NTMA-01 to NTMA-08] */
import { readFile } from 'node:fs/promises';
import type { Ip } from '../../reference/address.ts';
import type { Algorithm } from '../../reference/lab/balancer/algorithms.ts';
import { ALGORITHMS } from '../../reference/lab/balancer/algorithms.ts';
import { SERVICE, SERVICE_PORT } from '../../reference/lab/balancer/configs.ts';
import { experiment } from '../../reference/lab/balancer/experiment.ts';
import { head, section, summaryRow } from '../../reference/lab/balancer/page.ts';
import { topology } from '../../reference/lab/balancer/picture.ts';
import { Visit } from '../../reference/lab/balancer/service.ts';
import { BalancerWorld } from '../../reference/lab/balancer/world.ts';
import type { Stack } from '../../reference/lab/stack.ts';
import t from '../tap.ts';

const read = (name: string) => readFile(new URL(`../../reference/lab/${name}`, import.meta.url), 'utf8');
const page = await read('balancer.md');

t.test('the page begins as it is written now, and its picture is', async (t) => {
  t.ok(page.startsWith(head()));
  t.equal(await read('balancer.svg'), topology());
});

for (const algorithm of Object.keys(ALGORITHMS) as Algorithm[]) {
  t.test(`${algorithm}: played again, it is what the page says`, async (t) => {
    const outcome = await experiment(algorithm, setImmediate);
    t.ok(page.includes(`${section(outcome)}\n`), 'captures, servers, table');
    t.ok(page.includes(`\n${summaryRow(outcome)}\n`), 'summary');
    const { servers, stays, mover } = outcome;
    const own = servers[0]?.[0];
    t.same(
      stays.map(({ kept, begun }) => [kept, begun]),
      stays.map(() => [own, own]),
      'the client that moves stays at its server',
    );
    t.match(mover, /^198\.18\.1\.\d+$/, 'with one address');
    t.equal(new Set(servers.flat()).size, 2, 'both servers have clients');
  });
}

/** Asks for the service by its name, and visits it. */
async function visit(
  world: BalancerWorld,
  stack: Stack,
  port: number,
): Promise<[ip: Ip | 'none', server: string]> {
  let ip: Ip | undefined;
  void stack.resolve(SERVICE, 4).then((found) => {
    ip = found;
  });
  await world.run(10_000, () => ip !== undefined);
  if (ip === undefined) return ['none', 'none'];
  const made = new Visit(stack, port, { ip, port: SERVICE_PORT });
  made.say();
  await world.run(10_000, () => made.isAnswered);
  return [ip, made.answers[0] ?? 'none'];
}

t.test(
  'NTMA-07: without the NTMA, and once its registration is over, the service is reached as before',
  async (t) => {
    const options = { seed: '2', algorithm: 'rr', persistence: 0, clients: 1 } as const;
    const world = new BalancerWorld(options, setImmediate);
    await world.start([world.places.make('PR')]);
    const virtual = await visit(world, world.client(0).stack, 1000);
    t.same(virtual, [world.adaptors[0]?.addresses()[0], '10.0.1.10']);
    for (const party of world.adaptors) await party.kill();
    t.same(await visit(world, world.general, 1000), ['203.0.113.102', '10.0.1.20']);
    await world.run(200_000);
    t.same(
      await visit(world, world.general, 1001),
      ['203.0.113.102', '10.0.1.10'],
      'its registration is over',
    );
  },
);

t.test('NTMA-08: two NTMAs serve one balancer, and a client that moves stays with its own', async (t) => {
  const options = { seed: '3', algorithm: 'rr', persistence: 300_000, clients: 2, adaptors: 2 } as const;
  const world = new BalancerWorld(options, setImmediate);
  await world.start([world.places.make('SY'), world.places.make('PR')]);
  const services: (Ip | 'none')[] = [];
  for (const [index, { stack }] of world.clients.entries()) {
    const [ip] = await visit(world, stack, 2000);
    services.push(ip);
    t.ok(
      world.adaptors.some((party) => party.addresses().some((own) => own === ip)),
      `client ${index + 1}: ${ip}`,
    );
  }
  t.equal(new Set(services).size, 2, 'each was sent to another one');
  world.move(0, world.places.make('G4'));
  const { stack } = world.client(0);
  const again = new Visit(stack, 2001, { ip: services[0] as Ip, port: SERVICE_PORT });
  again.say();
  t.ok(await world.run(10_000, () => again.isAnswered));
  t.same(again.answers, ['10.0.1.10']);
});
