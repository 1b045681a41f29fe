/** Faults of a DC's DNS in how it answers. */
import type { Effect, Input, Instant } from '../../reference/core.ts';
import { Frames } from '../../reference/dns/frames.ts';
import { AnswerRate } from '../../reference/dns/zone/rate.ts';
import type { Created } from '../reference/created.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace, withHandle } from '../reference/variant.ts';

type Change = (message: Uint8Array) => Uint8Array | undefined;

/** Changes queries on their way in, and answers on their way out. */
function changed(created: Created, { query, answer }: { query?: Change; answer?: Change }): Created {
  const { role } = created;
  return withHandle(created, (input: Input, now: Instant): Effect[] => {
    if (input.kind !== 'query') return role.handle(input, now);
    const message = query === undefined ? input.message : query(input.message.slice());
    if (message === undefined) return [{ kind: 'dns-answer', query: input.query, message: undefined }];
    return role
      .handle({ ...input, message }, now)
      .map((effect) =>
        effect.kind === 'dns-answer' && effect.message !== undefined && answer !== undefined
          ? { ...effect, message: answer(effect.message) }
          : effect,
      );
  });
}

const answered = (answer: Change) => (created: Created) => changed(created, { answer });
const asked = (query: Change) => (created: Created) => changed(created, { query });

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** With other flags: `and` keeps bits, `or` sets some, of one byte of the header. */
function masked(message: Uint8Array, index: 2 | 3, and: number, or = 0): Uint8Array {
  const copy = message.slice();
  copy[index] = (at(copy, index) & and) | or;
  return copy;
}

const rcodeOf = (message: Uint8Array): number => at(message, 3) & 15;
const recordsOf = (message: Uint8Array): number => at(message, 7);

/** Where the first question of a message ends. */
function endOfQuestion(message: Uint8Array): number {
  let end = 12;
  while (at(message, end) > 0) end += 1 + at(message, end);
  return end + 5;
}

export const DNS_ANSWERS: readonly Saboteur[] = [
  {
    name: 'dns-not-authoritative',
    title: 'answers without AA',
    clause: 'DNS-23',
    caughtBy: 'dns.apex.authority',
    wrap: answered((message) => masked(message, 2, ~0x04)),
  },
  {
    name: 'dns-no-data-missing',
    title: 'says NXDOMAIN where there is no data',
    clause: 'DNS-23',
    caughtBy: 'dns.name.no-data',
    wrap: answered((message) =>
      rcodeOf(message) === 0 && recordsOf(message) === 0 && at(message, 9) > 0
        ? masked(message, 3, 0xf0, 3)
        : message,
    ),
  },
  {
    name: 'dns-outside-missing',
    title: 'says NXDOMAIN of names that are none of its zones’',
    clause: 'DNS-23',
    caughtBy: 'dns.name.outside',
    wrap: answered((message) => (rcodeOf(message) === 5 ? masked(message, 3, 0xf0, 3) : message)),
  },
  {
    name: 'dns-lower-case',
    title: 'gives the question back in lower case',
    clause: 'DNS-23',
    caughtBy: 'dns.name.case',
    wrap: answered((message) => {
      const copy = message.slice();
      for (let index = 12; index < endOfQuestion(message) - 4; index++) {
        const letter = at(copy, index);
        if (letter >= 65 && letter <= 90) copy[index] = letter + 32;
      }
      return copy;
    }),
  },
  {
    name: 'dns-other-opcodes',
    title: 'answers every opcode as if it were a query',
    clause: 'DNS-23',
    caughtBy: 'dns.opcode.declined',
    wrap: asked((message) => masked(message, 2, ~0x78)),
  },
  {
    name: 'dns-no-opt',
    title: 'leaves the OPT record out of its answers',
    clause: 'DNS-25',
    caughtBy: 'dns.edns.answered',
    wrap: answered((message) => {
      if (at(message, 11) === 0) return message;
      const copy = message.slice(0, -11);
      copy[11] = 0;
      return copy;
    }),
  },
  {
    name: 'dns-any-edns',
    title: 'takes every version of EDNS for 0',
    clause: 'DNS-25',
    caughtBy: 'dns.edns.version',
    wrap: asked((message) => {
      if (at(message, 11) === 1) message[message.length - 5] = 0;
      return message;
    }),
  },
  {
    name: 'dns-no-tc',
    title: 'does not say that an answer is cut',
    clause: 'DNS-25',
    caughtBy: 'dns.size.truncated',
    wrap: answered((message) => masked(message, 2, ~0x02)),
  },
  {
    name: 'dns-one-a-connection',
    title: 'takes the first query of a TCP connection and no other one',
    clause: 'DNS-25',
    caughtBy: 'dns.tcp.several',
    patch: () => {
      const done = new WeakSet<object>();
      replace(Frames.prototype, 'take', (original) => (self, bytes) => {
        const messages = original(self, bytes) as Uint8Array[];
        if (done.has(self) || messages.length === 0) return [];
        done.add(self);
        return messages.slice(0, 1);
      });
    },
  },
  {
    name: 'dns-answers-answers',
    title: 'answers a response like a query',
    clause: 'DNS-29',
    caughtBy: 'dns.unread.silent',
    wrap: asked((message) => masked(message, 2, 0x7f)),
  },
  {
    name: 'dns-broken-as-missing',
    title: 'says NXDOMAIN to what it cannot read',
    clause: 'DNS-29',
    caughtBy: 'dns.unread.broken',
    wrap: answered((message) => (rcodeOf(message) === 1 ? masked(message, 3, 0xf0, 3) : message)),
  },
  {
    name: 'dns-no-rate',
    title: 'answers everybody as often as they ask',
    clause: 'DOS-08',
    caughtBy: 'dns.rate.limited',
    patch: () => replace(AnswerRate.prototype, 'take', () => () => 'answer'),
  },
  {
    name: 'dns-one-rate',
    title: 'has one rate for all who ask',
    clause: 'DOS-08',
    caughtBy: 'dns.rate.by-prefix',
    patch: () =>
      replace(AnswerRate.prototype, 'take', (original) => (self, _, now) => original(self, '192.0.2.1', now)),
  },
];
