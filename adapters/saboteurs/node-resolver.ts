/** Faults of a node's resolver: what it makes of queries and of the answers of DNS. */
import { fromHex, toHex } from '../../reference/bytes.ts';
import { errorAnswer, Rcode } from '../../reference/dns/answer.ts';
import type { Meaning } from '../../reference/dns/meaning.ts';
import { meaningOf } from '../../reference/dns/meaning.ts';
import { zoneOf } from '../../reference/dns/names.ts';
import { decodeMessage, readQuery, withId } from '../../reference/dns/query.ts';
import { textOf } from '../../reference/dns/records.ts';
import { AwaitedAnswer } from '../../reference/drivers/resolver.ts';
import type { Goal } from '../../reference/roles/node/goal.ts';
import { nodeGoal } from '../../reference/roles/node/goal.ts';
import type { ResolverParts } from '../../reference/roles/node/resolver.ts';
import { Resolver } from '../../reference/roles/node/resolver.ts';
import type { Asking, WaitingQuery } from '../../reference/roles/node/waiting.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

const MARKER = 'ntmobile';
/** The parameter `mandatory` that names alpn and ipv4hint, and with a key that says nothing. [RFC 9460] */
const [MANDATORY, DISGUISED] = ['0000000400010004', 'fde8000400010004'];
/** In the third and the fourth byte of a message. */
const [TRUNCATED, AUTHENTIC] = [0x02, 0x20];

export const NODE_RESOLVER: readonly Saboteur[] = [
  {
    name: 'node-query-time-only',
    title: 'acts on the name of a query alone, whatever DNS answers',
    clause: 'DNS-02',
    caughtBy: 'node.resolver.chain',
    patch: () => meaning(() => true, pass),
  },
  {
    name: 'node-looks-everywhere',
    title: 'takes any CNAME record of an answer for a link of the chain',
    clause: 'DNS-02',
    caughtBy: 'node.resolver.off-chain',
    patch: () =>
      replace(Resolver.prototype, 'act', (original) => (self, asking, response, now) => {
        const targets = decodeMessage((response as Uint8Array | undefined) ?? new Uint8Array())?.answers?.map(
          (answer) => (answer.type === 'CNAME' ? answer.data.toLowerCase() : ''),
        );
        const name = targets?.find((target) => zoneOf(target, MARKER) !== undefined);
        if (name === undefined) return original(self, asking, response, now);
        return call(self, 'hold', asking, nodeGoal(name), {}, now);
      }),
  },
  {
    name: 'node-takes-first-name',
    title: 'asks for the first name of an NTM node on a chain, not for the last one',
    clause: 'DNS-05',
    caughtBy: 'node.resolver.last-name',
    patch: () =>
      holding(([asking, goal, parts, now]) => {
        const links = parts.links ?? [];
        const at = links.findIndex(({ target }) => zoneOf(textOf(target) ?? '', MARKER) !== undefined);
        const first = links[at];
        if (first === undefined) return [asking, goal, parts, now];
        return [
          asking,
          nodeGoal(textOf(first.target) ?? ''),
          { ...parts, links: links.slice(0, at + 1) },
          now,
        ];
      }),
  },
  {
    name: 'node-lowers-questions',
    title: 'passes queries on in lower case',
    clause: 'DNS-01',
    caughtBy: 'node.resolver.passes',
    patch: () =>
      replace(Resolver.prototype, 'ask', (original) => (self, asking, answered) => {
        const { message, query, ...rest } = asking as Asking;
        const lower = message.map((byte, at) =>
          at >= 12 && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
        );
        const restored = (response: Uint8Array | undefined, now: number) => {
          if (query !== undefined) response?.set(query.question, 12);
          (answered as (response: Uint8Array | undefined, now: number) => void)(response, now);
        };
        return original(self, { ...rest, query, message: lower }, restored);
      }),
  },
  {
    name: 'node-believes-ids',
    title: 'takes an answer by its ID alone',
    clause: 'DNS-12',
    caughtBy: 'node.resolver.spoofed',
    patch: () => {
      replace(AwaitedAnswer.prototype, 'take', () => (self, message) => {
        const [answer, query] = [message as Uint8Array, field<Uint8Array>(self, 'query')];
        if (answer[0] === query[0] && answer[1] === query[1]) (self as AwaitedAnswer).found(answer.slice());
      });
      replace(Resolver.prototype, 'ask', () => (self, asking, answered) => {
        const { message, transport } = asking as Asking;
        const { lookUp, random } = field<ResolverParts>(self, 'parts');
        lookUp(withId(message, random(2)), transport, (response, now) =>
          (answered as (response: Uint8Array | undefined, now: number) => void)(
            response && withId(response, message),
            now,
          ),
        );
      });
    },
  },
  {
    name: 'node-follows-any-chain',
    title: 'passes on an answer whose chain is too long, goes round or forks',
    clause: 'DNS-13',
    caughtBy: 'node.resolver.broken-chain',
    patch: () => meaning(({ what }) => what === 'fail', pass),
  },
  {
    name: 'node-acts-on-parts',
    title: 'takes a truncated answer for a whole one',
    clause: 'DNS-10',
    caughtBy: 'node.resolver.truncated',
    patch: () =>
      replace(Resolver.prototype, 'act', (original) => (self, asking, response, now) => {
        const whole = (response as Uint8Array | undefined)?.slice();
        if (whole !== undefined) whole[2] = (whole[2] ?? 0) & ~TRUNCATED;
        return original(self, asking, whole, now);
      }),
  },
  {
    name: 'node-cuts-chains-off',
    title: 'answers with the address at the name that was asked for, without the chain',
    clause: 'DNS-08',
    caughtBy: 'node.resolver.chain',
    patch: () => holding(([asking, name, parts, now]) => [asking, name, { ...parts, links: [] }, now]),
  },
  {
    name: 'node-answers-early',
    title: 'gives an application the answer of DNS while the direction is under way',
    clause: 'DNS-07',
    caughtBy: 'node.resolver.held-back',
    patch: () =>
      replace(Resolver.prototype, 'hold', (original) => (self, asking, name, parts, now) => {
        const { response } = parts as Partial<WaitingQuery>;
        if (response !== undefined) call(self, 'answer', asking, response);
        return original(self, asking, name, parts, now);
      }),
  },
  {
    name: 'node-falls-back',
    title: 'gives an application what DNS says where a direction fails, without having been told to',
    clause: 'DNS-11',
    caughtBy: 'node.resolver.chain-failed',
    patch: () =>
      replace(Resolver.prototype, 'take', (original) => (self, ...args) => {
        setField(self, 'parts', { ...field<ResolverParts>(self, 'parts'), bypass: true });
        return original(self, ...args);
      }),
  },
  {
    name: 'node-bypasses-early',
    title: 'with the policy bypass asks DNS for the name of a node while the direction is under way',
    clause: 'DNS-11',
    caughtBy: 'node.resolver.bypass',
    patch: () =>
      replace(Resolver.prototype, 'hold', (original) => (self, asking, name, parts, now) => {
        const { response } = parts as Partial<WaitingQuery>;
        if (response !== undefined) return original(self, asking, name, parts, now);
        return call(self, 'ask', asking, (found: Uint8Array | undefined, at: number) =>
          original(self, asking, name, { response: found }, at),
        );
      }),
  },
  {
    name: 'node-knows-addresses-alone',
    title: 'says of the name of an NTM node that there is nothing but addresses',
    clause: 'DNS-17',
    caughtBy: 'node.resolver.other-types',
    patch: () =>
      meaning(
        ({ what }) => what === 'strip',
        (self, { query, ...asking }) =>
          call(self, 'answer', asking, query && errorAnswer(query, Rcode.noError)),
      ),
  },
  {
    name: 'node-keeps-hints',
    title: 'passes HTTPS records of an NTM node on with the addresses that they hint at',
    clause: 'DNS-17',
    caughtBy: 'node.resolver.hints',
    patch: () => meaning(({ what }) => what === 'strip', pass),
  },
  {
    name: 'node-breaks-mandatory',
    title: 'takes hints out of HTTPS records that say that they are mandatory',
    clause: 'DNS-17',
    caughtBy: 'node.resolver.hints',
    patch() {
      replace(
        Resolver.prototype,
        'act',
        (original) => (self, asking, response, now) =>
          original(self, asking, swapped(response, MANDATORY, DISGUISED), now),
      );
      replace(
        Resolver.prototype,
        'answer',
        (original) => (self, asking, response) =>
          original(self, asking, swapped(response, DISGUISED, MANDATORY)),
      );
    },
  },
  {
    name: 'node-looks-at-owners-alone',
    title: 'leaves hints in HTTPS records of general names that lead to an NTM node',
    clause: 'DNS-17',
    caughtBy: 'node.resolver.hint-targets',
    patch: () => meaning((found) => found.what === 'strip' && found.names.length === 0, pass),
  },
  {
    name: 'node-says-authentic',
    title: 'leaves AD set in answers that it changed',
    clause: 'DNS-28',
    caughtBy: 'node.resolver.chain',
    patch: () =>
      replace(Resolver.prototype, 'settle', (original) => (self, ...args) => {
        const { tally, ...parts } = field<ResolverParts>(self, 'parts');
        const add = (effect: Parameters<typeof tally.add>[0]) => {
          if (effect.kind !== 'dns-answer' || effect.message === undefined) return tally.add(effect);
          const message = effect.message.slice();
          message[3] = (message[3] ?? 0) | AUTHENTIC;
          return tally.add({ ...effect, message });
        };
        setField(self, 'parts', { ...parts, tally: { add } });
        original(self, ...args);
        setField(self, 'parts', { ...parts, tally });
      }),
  },
  {
    name: 'node-without-opt',
    title: 'leaves the OPT record out of its answers',
    clause: 'DNS-10',
    caughtBy: 'node.resolver.size',
    patch: () =>
      holding(([asking, name, parts, now]) => {
        const query = asking.query && { ...asking.query, edns: undefined };
        return [{ ...asking, query }, name, parts, now];
      }),
  },
  {
    name: 'node-ignores-sizes',
    title: 'sends answers over UDP that are larger than the query allows',
    clause: 'DNS-10',
    caughtBy: 'node.resolver.size',
    patch: () => holding(([asking, name, parts, now]) => [{ ...asking, transport: 'tcp' }, name, parts, now]),
  },
  {
    name: 'node-passes-tcp',
    title: 'passes on what is asked over TCP, without a look at it',
    clause: 'DNS-10',
    caughtBy: 'node.resolver.tcp',
    patch: () =>
      replace(Resolver.prototype, 'take', (original) => (self, number, message, transport, now) => {
        if (transport !== 'tcp') return original(self, number, message, transport, now);
        const asking = { number, message, query: readQuery(message as Uint8Array), transport };
        return call(self, 'ask', asking, (found: unknown) => call(self, 'answer', asking, found));
      }),
  },
];

type Holding = readonly [
  asking: Asking,
  goal: Goal,
  parts: Partial<Pick<WaitingQuery, 'links' | 'response'>>,
  now: number,
];

/** Has queries wait for something else. */
function holding(change: (held: Holding) => Holding): void {
  replace(Resolver.prototype, 'hold', (original) => (self, ...held) => {
    return original(self, ...change(held as unknown as Holding));
  });
}

type Handled = (self: object, asking: Asking, response: Uint8Array | undefined) => unknown;

/** Handles answers of some meanings in another way. */
function meaning(isOne: (meaning: Meaning) => boolean, handled: Handled): void {
  replace(Resolver.prototype, 'act', (original) => (self, asking, response, now) => {
    const { query } = asking as Asking;
    const found = query && meaningOf(response as Uint8Array | undefined, query, MARKER);
    if (found === undefined || !isOne(found)) return original(self, asking, response, now);
    return handled(self, asking as Asking, response as Uint8Array | undefined);
  });
}

/** A message with one run of bytes in place of another one, wherever it stands. */
function swapped(message: unknown, from: string, to: string): Uint8Array | undefined {
  return message instanceof Uint8Array ? fromHex(toHex(message).replaceAll(from, to)) : undefined;
}

function pass(self: object, asking: Asking, response: Uint8Array | undefined): unknown {
  return call(self, 'answer', asking, response);
}

function call(self: object, method: string, ...args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(self, method) as (...args: readonly unknown[]) => unknown, self, args);
}
