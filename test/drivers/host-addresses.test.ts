import { networkInterfaces } from 'node:os';
import type { Endpoint } from '../../reference/address.ts';
import { parseEndpoint } from '../../reference/address.ts';
import { currentEndpoints, followAddresses, isFollowing } from '../../reference/drivers/host-addresses.ts';
import { NetError } from '../../reference/net/net.ts';
import t from '../tap.ts';

const at = (text: string): Endpoint => parseEndpoint(text) as Endpoint;
const own = Object.values(networkInterfaces())
  .flatMap((some) => some ?? [])
  .find(({ internal, address }) => !internal && !address.includes(':'))?.address;

t.test('an endpoint for all addresses becomes one of the host, others stay', (t) => {
  t.ok(isFollowing([at('127.0.0.1:1'), at('[::]:1')]));
  t.notOk(isFollowing([at('127.0.0.1:1'), at('[::1]:1')]));
  t.same(currentEndpoints({ listen: [at('127.0.0.1:1')] }), [at('127.0.0.1:1')]);
  const found = currentEndpoints({ listen: [at('0.0.0.0:9')] });
  t.same(found, own === undefined ? [] : [at(`${own}:9`)]);
});

t.test('a change is told once, and again as long as it cannot be taken', async (t) => {
  const told: (readonly Endpoint[])[] = [];
  const follow = { listen: [at('127.0.0.1:1')] };
  await new Promise<void>((resolve) => {
    const end = followAddresses(follow, [], (endpoints) => {
      told.push(endpoints);
      if (told.length === 1) return Promise.reject(new NetError('not there yet'));
      // Room for one more look, which is to find nothing new.
      setTimeout(() => {
        end();
        resolve();
      }, 250);
      return Promise.resolve();
    });
  });
  t.same(told, [follow.listen, follow.listen]);
});
