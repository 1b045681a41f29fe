/** Faults of a node that has to find its DC by DNS. */
import type { Endpoint } from '../../reference/address.ts';
import { readNtmAnswer } from '../../reference/dns/lookup.ts';
import { Finder } from '../../reference/roles/node/finder.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

export const NODE_FINDING: readonly Saboteur[] = [
  {
    name: 'node-counts-ids',
    title: 'gives its own DNS queries IDs that count up',
    clause: 'DNS-12',
    caughtBy: 'node.resolver.random',
    patch: () => {
      let last = 0;
      replace(Finder.prototype, 'takeDue', (original) => (self, ...args) => {
        const query = original(self, ...args) as Uint8Array | undefined;
        query?.set([0, ++last & 0xff]);
        return query;
      });
    },
  },
  {
    name: 'node-takes-any-dc',
    title: 'goes to whatever DC the NTM records of its zone name',
    clause: 'NODE-17',
    caughtBy: 'node.finding.records',
    patch: () =>
      replace(Finder.prototype, 'answered', (original) => (self, response, ...rest) => {
        const query = field<Uint8Array | undefined>(self, 'query') ?? new Uint8Array();
        const answer = readNtmAnswer(response as Uint8Array | undefined, query);
        const own = original(self, response, ...rest) as Endpoint[];
        return answer.kind === 'records' ? answer.records.flatMap(({ dcEndpoints }) => dcEndpoints) : own;
      }),
  },
  {
    name: 'node-gives-up-dns',
    title: 'takes a failure of DNS for proof that its zone has no DC, and asks no more',
    clause: 'DNS-15',
    caughtBy: 'node.finding.no-proof',
    patch: () => replace(Finder.prototype, 'want', onceOnly),
  },
  {
    name: 'node-one-endpoint',
    title: 'tries only the first endpoint of its DC',
    clause: 'NODE-17',
    caughtBy: 'node.finding.order',
    patch: () =>
      replace(
        Finder.prototype,
        'answered',
        (original) =>
          (self, ...args) =>
            (original(self, ...args) as Endpoint[]).slice(0, 1),
      ),
  },
];

/** A method that does what it has to do the first time alone, by object. */
function onceOnly(original: (self: object, ...args: readonly unknown[]) => unknown) {
  const done = new WeakSet<object>();
  return (self: object, ...args: readonly unknown[]): unknown => {
    if (done.has(self)) return undefined;
    done.add(self);
    return original(self, ...args);
  };
}
