/** Faults of who has to find a DC by DNS: a node its own, a DC another one. */
import type { Endpoint } from '../../reference/address.ts';
import { readNtmAnswer } from '../../reference/dns/lookup.ts';
import { Dcs } from '../../reference/roles/dc/direction/dcs.ts';
import type { DcPeer } from '../../reference/roles/dc/parts.ts';
import { Finder } from '../../reference/roles/node/finder.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

export const NODE_FINDING: readonly Saboteur[] = [
  {
    name: 'node-counts-ids',
    title: 'gives its own DNS queries IDs that count up',
    clause: 'DNS-12',
    caughtBy: 'node.resolver.random',
    patch: () => {
      // Each for itself: of several that run at once the count of one is as good as random to another.
      const last = new WeakMap<object, number>();
      replace(Finder.prototype, 'takeDue', (original) => (self, ...args) => {
        const query = original(self, ...args) as Uint8Array | undefined;
        if (query === undefined) return query;
        const next = ((last.get(self) ?? 0) + 1) & 0xffff;
        last.set(self, next);
        query.set([next >> 8, next & 0xff]);
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

export const DC_FINDING: readonly Saboteur[] = [
  {
    name: 'dc-follows-any-record',
    title: 'goes to whatever endpoints the NTM records of a zone name',
    clause: 'FED-01',
    caughtBy: 'dc.finding.records',
    patch: () =>
      replace(Dcs.prototype, 'read', (original) => (self, zone, peer, response, query, now) => {
        const result = original(self, zone, peer, response, query, now);
        const answer = readNtmAnswer(response as Uint8Array | undefined, query as Uint8Array);
        if (answer.kind === 'records')
          (peer as DcPeer).association.setEndpoints(answer.records.flatMap(({ dcEndpoints }) => dcEndpoints));
        return result;
      }),
  },
  {
    name: 'dc-takes-illness-for-proof',
    title: 'says of a name that it does not exist, as DNS failed',
    clause: 'DNS-15',
    caughtBy: 'dc.finding.no-proof',
    patch: () =>
      replace(Dcs.prototype, 'read', (original) => (self, ...args) => {
        const result = original(self, ...args);
        return result === Status.noRoute ? Status.unknownName : result;
      }),
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
