/** An implementation that writes down what it is asked to do, behind the kit, in virtual time. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Framing } from '../../adapters/framing.ts';
import type { Implementation, Instance } from '../../adapters/kit/implementation.ts';
import { NotImplementedError, RefusedError } from '../../adapters/kit/implementation.ts';
import type { Adapter } from '../../adapters/kit/serve.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import type { Endpoint } from '../../reference/address.ts';
import { ascii } from '../../reference/bytes.ts';
import type { Net } from '../../reference/net/net.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';
import { memoryNet } from './net.ts';
import type { TesterOptions } from './tester.ts';
import { endpoint, Tester } from './tester.ts';

export const NONCE = ascii('a nonce.');
export const START = { role: 'rs-s', config: { name: 'one' }, case: 'kit.test' };

export class Recorder implements Implementation {
  readonly name = 'recorder';
  readonly version = '0.0.1';
  readonly roles = ['rs-s', 'codec'];
  readonly claims = { suites: [1, 2] };
  readonly instances = 3;
  readonly ops = ['trigger', 'events'] as const;
  readonly log: string[] = [];
  counters: Record<string, number> = { 'refused.tag': 2 };
  readonly #net: Net;
  #started = 0;

  constructor(net: Net) {
    this.#net = net;
  }

  readonly codec: NonNullable<Implementation['codec']> = {
    psk: ({ secret }) => ({ psk: secret }),
    replay: ({ sequences }) => ({ accepted: sequences.map((one) => one > 2n), width: 8192 }),
    open: () => ({ layer: 'tag' }),
  };

  async start({
    config,
    case: id,
    emit,
  }: Parameters<NonNullable<Implementation['start']>>[0]): Promise<Instance> {
    const { name, wait } = config;
    if (typeof wait === 'number') await sleepUntil(this.#net, this.#net.now() + wait);
    if (name === 'unwanted') throw new RefusedError('unwanted');
    if (name === 'broken') throw new TypeError('broken');
    this.#started++;
    const port = 5000 + this.#started;
    this.log.push(`start ${name} for ${id}`);
    return {
      endpoints: [endpoint(`127.0.0.1:${port}`), endpoint(`[::1]:${port}`)],
      stop: (hard) => {
        this.log.push(`${hard ? 'kill' : 'stop'} ${name}`);
        return Promise.resolve();
      },
      counters: () => this.counters,
      packet: (packet) => {
        emit({ what: 'packet', packet });
        return Promise.resolve();
      },
      move: () => {
        throw new NotImplementedError('move to nowhere');
      },
    };
  }
}

export interface Bench {
  readonly net: Net;
  readonly adapter: Adapter;
  readonly tester: Tester;
  readonly recorder: Recorder;
  another(options: Partial<TesterOptions>): Promise<Tester>;
}

/** A recorder behind the kit, and a tester; on loopback without a token unless told otherwise. */
export function bench(
  name: string,
  body: (t: T, bench: Bench) => Promise<void>,
  where: Where = LOOPBACK,
): void {
  t.test(name, (t) => {
    const net = memoryNet();
    const recorder = new Recorder(net);
    const another = (options: Partial<TesterOptions>) =>
      Tester.create({ net, local: where.local, target: where.listen, framing: where.framing, ...options });
    const script = async () => {
      const adapter = await serveAdapter({
        net,
        listen: where.listen,
        token: where.framing.token,
        implementation: recorder,
      });
      await body(t, { net, adapter, tester: await another({}), recorder, another });
    };
    return net.run(script());
  });
}

export interface Where {
  readonly listen: Endpoint;
  readonly local: Endpoint;
  readonly framing: Framing;
}

const LOOPBACK: Where = {
  listen: endpoint('127.0.0.1:4400'),
  local: endpoint('127.0.0.1:4401'),
  framing: { datagram: 8192, token: undefined },
};

export const SAYS_HELLO: Fields = {
  nonce: NONCE,
  name: 'recorder',
  version: '0.0.1',
  contract: '1.0',
  roles: ['rs-s', 'codec'],
  ops: ['hello', 'reset', 'start', 'stop', 'counters', 'trigger', 'events', 'codec'],
  calls: ['psk', 'replay', 'open'],
  claims: { suites: [1, 2] },
  limits: { instances: 3, inFlight: 64, answers: 4096, message: 65536 },
};
