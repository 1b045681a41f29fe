import type { Endpoint } from '../../reference/address.ts';
import type { Net } from '../../reference/net/net.ts';
import { NetError, sleepUntil } from '../../reference/net/net.ts';
import type { Stream, StreamHandlers, Streams } from '../../reference/net/streams.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import t from '../tap.ts';
import { at, memoryNet } from './addresses.ts';

/** One end: what came, and that it is over. */
class Seen implements StreamHandlers {
  text = '';
  stream: Stream | undefined;

  onBytes(bytes: Uint8Array): void {
    this.text += new TextDecoder().decode(bytes);
  }

  onEnd(): void {
    this.text += '.';
    this.stream?.close();
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Place {
  readonly name: string;
  readonly local: Endpoint;
  readonly make: () => { readonly net: Net; run<T>(work: () => Promise<T>): Promise<T> };
}

const udp = udpNet();
const real = (local: string): Place => ({
  name: `real, ${local}`,
  local: at(local),
  make: () => ({ net: udp, run: (work) => work() }),
});
const places: readonly Place[] = [
  real('127.0.0.1:0'),
  real('[::1]:0'),
  {
    name: 'in memory',
    local: at('192.0.2.1:0'),
    make: () => {
      const net = memoryNet();
      return { net, run: (work) => net.run(work()) };
    },
  },
];

for (const { name, local, make } of places) {
  t.test(`connections, ${name}`, async (t) => {
    const { net, run } = make();
    const streams = net.streams as Streams;
    const until = async (isSo: () => boolean): Promise<void> => {
      const end = net.now() + 5000;
      while (!isSo() && net.now() < end) await sleepUntil(net, net.now() + 5);
    };
    await run(async () => {
      const taken: Seen[] = [];
      const listener = await streams.listen(local, (stream) => {
        const seen = new Seen();
        seen.stream = stream;
        taken.push(seen);
        return seen;
      });
      const client = new Seen();
      const stream = await streams.connect(listener.local, client);
      t.same(stream.remote, listener.local, 'to where it was opened');
      await until(() => taken.length === 1);
      const [server] = taken;
      t.same(server?.stream?.remote, stream.local, 'each end knows the other');
      stream.write(bytes('ab'));
      stream.write(bytes('c'));
      server?.stream?.write(bytes('d'));
      await until(() => server?.text === 'abc' && client.text === 'd');
      t.same([server?.text, client.text], ['abc', 'd'], 'both ways, in order');
      server?.stream?.write(bytes('last'));
      server?.stream?.close();
      server?.stream?.close();
      await until(() => client.text.endsWith('.'));
      t.equal(client.text, 'dlast.', 'what was written before the end comes before it');
      stream.close();
      stream.write(bytes('late'));

      const other = new Seen();
      await streams.connect(listener.local, other);
      await until(() => taken.length === 2);
      await t.rejects(
        streams.listen(listener.local, () => new Seen()),
        NetError,
        'in use',
      );
      await Promise.all([listener.close(), listener.close()]);
      await until(() => other.text === '.');
      t.equal(other.text, '.', 'a listener that closes ends what it took');
      await t.rejects(streams.connect(listener.local, other), NetError, 'and takes no more');
      t.equal(server?.text, 'abc', 'nothing came after the end');
    });
  });
}
