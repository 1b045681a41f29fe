/** Variants of a node's resolver that do what the specification leaves open otherwise than the reference does. */
import { meaningOf } from '../../reference/dns/meaning.ts';
import { isResponseTo, isTruncated, Type } from '../../reference/dns/query.ts';
import { readAnswers } from '../../reference/dns/records.ts';
import type { ResolverParts } from '../../reference/roles/node/resolver.ts';
import { Resolver } from '../../reference/roles/node/resolver.ts';
import type { Asking } from '../../reference/roles/node/waiting.ts';
import type { Oddity } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

type Answered = (response: Uint8Array | undefined, now: number) => void;

export const RESOLVER_ODDITIES: readonly Oddity[] = [
  {
    name: 'node-keeps-ids',
    title: 'passes queries of applications on with the IDs that they have',
    clause: 'DNS-01',
    patch: () =>
      replace(Resolver.prototype, 'ask', () => (self, asking, answered) => {
        const { message, transport } = asking as Asking;
        field<ResolverParts>(self, 'parts').lookUp(message, transport, (response, now) => {
          const isAnswer = response !== undefined && isResponseTo(response, message);
          (answered as Answered)(isAnswer ? response : undefined, now);
        });
      }),
  },
  {
    name: 'node-asks-by-tcp',
    title: 'asks by TCP itself where an answer is truncated',
    clause: 'DNS-10',
    patch: () =>
      replace(Resolver.prototype, 'act', (original) => (self, asking, response, now) => {
        const isCut = response !== undefined && isTruncated(response as Uint8Array);
        if (!isCut || (asking as Asking).transport === 'tcp') return original(self, asking, response, now);
        const whole: Answered = (found, at) => original(self, asking, found, at);
        return call(self, 'ask', { ...(asking as Asking), transport: 'tcp' }, whole);
      }),
  },
  {
    name: 'node-leaves-services-out',
    title: 'leaves HTTPS records at the names of NTM nodes out',
    clause: 'DNS-17',
    patch: () =>
      replace(Resolver.prototype, 'act', (original) => (self, asking, response, now) => {
        const broken = (response as Uint8Array | undefined)?.slice();
        const services = (broken && readAnswers(broken))?.filter(({ type }) => type === Type.https) ?? [];
        const { query } = asking as Asking;
        const found = query && meaningOf(broken, query, 'ntmobile');
        if (found?.what !== 'strip') return original(self, asking, response, now);
        // What cannot be read is left out.
        for (const { name, from } of services) if (found.isPeer(name)) broken?.set([NO_NAME], from + 2);
        return original(self, asking, broken, now);
      }),
  },
];

/** A label longer than any. */
const NO_NAME = 0x7f;

function call(self: object, method: string, ...args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(self, method) as (...args: readonly unknown[]) => unknown, self, args);
}
