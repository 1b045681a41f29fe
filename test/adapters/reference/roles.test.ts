import type { Fields } from '../../../adapters/cbor.ts';
import { serveAdapter } from '../../../adapters/kit/serve.ts';
import { referenceAdapter } from '../../../adapters/reference.ts';
import { initialConfigs } from '../../../reference/config/initial.ts';
import { addressQuery, readAddresses } from '../../../reference/dns/addresses.ts';
import type { MemoryNet } from '../../../reference/net/memory/memory.ts';
import { echoRequest } from '../../../reference/packet/echo.ts';
import type { T } from '../../tap.ts';
import t from '../../tap.ts';
import { memoryNet } from '../net.ts';
import { endpoint, Tester } from '../tester.ts';

interface Bench {
  readonly net: MemoryNet;
  readonly tester: Tester;
  /** Starts a party of the example, with its store if it has one. @returns its number */
  readonly start: (party: 'dc-one' | 'alice') => Promise<number>;
}

function bench(name: string, body: (t: T, bench: Bench) => Promise<void>): void {
  t.test(name, (t) => {
    const net = memoryNet();
    const script = async () => {
      let drawn = 0;
      const random = (length: number) => new Uint8Array(length).map((_, at) => (drawn += 1 + at));
      const listen = endpoint('127.0.0.1:4400');
      await serveAdapter({ net, listen, implementation: referenceAdapter({ net, random }) });
      const tester = await Tester.create({ net, local: endpoint('127.0.0.1:4401'), target: listen });
      const configs = initialConfigs({ random, hasIpv6: true, port: 5000 });
      const start: Bench['start'] = async (party) => {
        const { role, ...config } = configs[party];
        const store = party === 'dc-one' ? { store: party } : {};
        const started = await tester.done('start', {
          role,
          config: config as Fields,
          case: 'roles.test',
          ...store,
        });
        return started.instance as number;
      };
      await body(t, { net, tester, start });
    };
    return net.run(script());
  });
}

interface Event {
  readonly what: string;
  readonly text?: string;
}

async function texts(tester: Tester, instance: number): Promise<string[]> {
  const { events } = await tester.done('events', { instance });
  return (events as unknown as Event[]).map(({ what, text = '' }) => `${what}: ${text}`);
}

const REGISTERED = 'note: registered addresses=198.18.1.1 fd00:1::1 observed=127.0.0.1';

bench('a node registers with its DC, and an event says so', async (t, { tester, start }) => {
  const dc = await start('dc-one');
  const node = await start('alice');
  await tester.wait(100);
  t.same(await texts(tester, dc), ['note: registered name=alice.ntmobile.one.example']);
  t.same(await texts(tester, node), [REGISTERED]);
});

bench(
  'a name that the DC does not know: DNS says that it failed, the user hears why',
  async (t, { tester, start }) => {
    await start('dc-one');
    const node = await start('alice');
    const query = addressQuery('carol.ntmobile.one.example', 4, 7);
    const { response } = await tester.done('trigger', { instance: node, what: 'resolve', query });
    t.same(readAddresses(response as Uint8Array, query), { rcode: 2, addresses: [] });
    t.match(await texts(tester, node), [
      REGISTERED,
      /^error: direction-failed name=carol\.ntmobile\.one\.example status=/,
    ]);
  },
);

bench('a packet goes into the interface, an ICMP error comes out of it', async (t, { tester, start }) => {
  await start('dc-one');
  const node = await start('alice');
  await tester.wait(100);
  const [source, destination] = [endpoint('198.18.1.1:0').ip, endpoint('198.18.77.1:0').ip];
  const packet = echoRequest({ source, destination, id: 1, sequence: 1, data: new Uint8Array(8) });
  t.same(await tester.done('trigger', { instance: node, what: 'packet', packet }), {});
  const { events } = await tester.done('events', { instance: node });
  const [, out] = events as Fields[];
  const bytes = out?.packet as Uint8Array;
  t.same([out?.what, bytes[9], bytes[20]], ['packet', 1, 3], 'destination unreachable');
  t.same(bytes.slice(28, 28 + packet.length), packet);
});

bench('a host that moves keeps the sockets that it can', async (t, { net, tester, start }) => {
  await start('dc-one');
  const node = await start('alice');
  await tester.wait(100);
  const from: string[] = [];
  net.onSend((sent) => from.push(sent.from.ip));
  const move = (addresses: string[]) => tester.done('trigger', { instance: node, what: 'move', addresses });
  t.same(await move(['127.0.0.9', '::1']), {});
  await tester.wait(2000);
  t.ok(from.includes('127.0.0.9'), 'it registers from its new address');
  await t.rejects(move(['here']), /here is no address/);
  t.same(await move([]), {});
});

const ENDED = ['note: registration-ended name=alice.ntmobile.one.example'];

bench('a DC that is killed knows by its store what it promised, and what time it is', async (t, on) => {
  const { tester, start } = on;
  let dc = await start('dc-one');
  await start('alice');
  await tester.wait(100);
  await tester.done('stop', { instance: dc, hard: true });
  dc = await start('dc-one');
  await tester.done('time', { instance: dc, forward: 100_000 });
  t.same(await texts(tester, dc), []);
  await tester.done('stop', { instance: dc, hard: true });
  dc = await start('dc-one');
  await tester.done('time', { instance: dc, forward: 25_000 });
  t.same(await texts(tester, dc), ENDED, 'after 120 s in all');
});

bench('a reset forgets what was stored', async (t, { tester, start }) => {
  await start('dc-one');
  await start('alice');
  await tester.wait(100);
  t.same(await tester.done('reset', {}), { ended: 2 });
  const dc = await start('dc-one');
  await tester.done('time', { instance: dc, forward: 130_000 });
  t.same(await texts(tester, dc), []);
});

bench('a DC has no interface', async (t, { tester, start }) => {
  const dc = await start('dc-one');
  const request = { instance: dc, what: 'packet', packet: new Uint8Array(20) };
  const [answer] = await tester.exchange(tester.next('trigger', request as never));
  t.match(answer, { answer: 'not-implemented' });
});
