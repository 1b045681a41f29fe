/** Faults in openings, attempts, and the keys that come of them. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Attempt } from '../../reference/channel/attempt.ts';
import { Channel } from '../../reference/channel/channel.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import { KeyExchange } from '../../reference/channel/key-exchange.ts';
import { Keyring } from '../../reference/channel/keyring.ts';
import { OpeningLimit } from '../../reference/channel/limit.ts';
import type { ChannelConfig, ChannelTimers } from '../../reference/channel/types.ts';
import { Sources } from '../../reference/roles/sources.ts';
import type { Header } from '../../reference/wire/header.ts';
import { ReplayWindow } from '../../reference/wire/replay.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

/** What a channel, or its key exchange, has noted to do, the newest last. */
function noted(part: object): { kind: string; layer?: string }[] {
  return field(field(part, 'outgoing'), 'events');
}

export const HANDSHAKES: readonly Saboteur[] = [
  {
    name: 'tries-every-key',
    title: 'opens a message under whatever keys it has, if its key ID names none',
    clause: 'GEN-20',
    caughtBy: 'rs-s.sealed.key-id-unknown',
    patch: () =>
      replace(Keyring.prototype, 'find', (original) => (self, keyId) => {
        return original(self, keyId) ?? field(self, 'current');
      }),
  },
  {
    name: 'refuses-message-2-again',
    title: 'counts a message 2 that comes again as refused',
    clause: 'KEY-52',
    caughtBy: 'rs-s.attempt.message-2-again',
    patch: () => replace(Keyring.prototype, 'hasTaken', () => () => false),
  },
  {
    name: 'window-before-tag',
    title: 'moves the replay window before the tag was verified',
    clause: 'TUN-05',
    caughtBy: 'rs-s.sealed.tag',
    patch: () =>
      replace(Channel.prototype, 'receiveSealed', (original) => (self, header, ...rest) => {
        original(self, header, ...rest);
        const { keyId, sequence } = header as Header;
        const window = field<Keyring>(self, 'keys').find(keyId)?.window;
        if (noted(self).at(-1)?.layer === 'tag' && window?.check(sequence)) window.mark(sequence);
      }),
  },
  {
    name: 'counter-of-32-bits',
    title: 'compares the lower half of sequence numbers only',
    clause: 'TUN-03',
    caughtBy: 'rs-s.sealed.counter',
    patch: () => {
      const low = (sequence: unknown) => BigInt.asUintN(32, BigInt(sequence as bigint));
      replace(
        ReplayWindow.prototype,
        'check',
        (original) => (self, sequence) => original(self, low(sequence)),
      );
      replace(
        ReplayWindow.prototype,
        'mark',
        (original) => (self, sequence) => original(self, low(sequence)),
      );
    },
  },
  {
    name: 'anything-confirms',
    title: 'counts a message of a type that the channel does not carry for confirmation',
    clause: 'GEN-37',
    caughtBy: 'rs-s.channel-type.not-confirming',
    patch: () =>
      replace(Channel.prototype, 'receiveSealed', (original) => (self, header, bytes, from, now) => {
        original(self, header, bytes, from, now);
        const keys = field<Keyring>(self, 'keys').find((header as Header).keyId);
        if (
          noted(self).at(-1)?.layer !== 'channel-type' ||
          keys === undefined ||
          keys.confirmedAt !== undefined
        )
          return;
        field<KeyExchange>(self, 'exchange').confirm(keys, from as Endpoint, now as number);
        Reflect.get(self, 'sendDueProbes').call(self, now);
      }),
  },
  {
    name: 'unconfirmed-for-ever',
    title: 'keeps a handshake that nobody confirms',
    clause: 'KEY-22',
    caughtBy: 'rs-s.opening.unconfirmed-expiry',
    patch: () =>
      replace(Keyring.prototype, 'endOf', (original) => (self, handshake) => {
        const isConfirmed = (handshake as Handshake).confirmedAt !== undefined;
        return isConfirmed ? original(self, handshake) : Number.POSITIVE_INFINITY;
      }),
  },
  {
    name: 'unconfirmed-without-bound',
    title: 'keeps as many unconfirmed handshakes as come',
    clause: 'KEY-22',
    caughtBy: 'rs-s.opening.unconfirmed-bound',
    patch: () =>
      replace(Keyring.prototype, 'add', (original) => (self, handshake) => {
        const before = field<Handshake[]>(self, 'unconfirmed');
        original(self, handshake);
        setField(self, 'unconfirmed', [...before, handshake]);
        return [];
      }),
  },
  {
    name: 'limit-of-each-source-only',
    title: 'limits the openings of one source, but not of all together',
    clause: 'KEY-12',
    caughtBy: 'rs-s.opening.rate-channel',
    patch: () => {
      const limits = new Map<object, Map<string, OpeningLimit>>();
      replace(OpeningLimit.prototype, 'admit', (original) => (self, from, now) => {
        const own = limits.get(self) ?? new Map<string, OpeningLimit>();
        limits.set(self, own);
        const name = formatEndpoint(from as Endpoint);
        const limit = own.get(name) ?? new OpeningLimit();
        own.set(name, limit);
        return original(limit, from, now);
      });
    },
  },
  {
    name: 'answers-the-first-source',
    title: 'sends message 2 of a repeat to where the first one came from',
    clause: 'KEY-13',
    caughtBy: 'rs-s.opening.repeat-elsewhere',
    patch: () =>
      replace(
        KeyExchange.prototype,
        'sendMessage2',
        (original) => (self, handshake, to, received) =>
          original(self, handshake, (handshake as Handshake).sources[0] ?? to, received),
      ),
  },
  {
    name: 'probes-one-source',
    title: 'forgets all sources of message 1 but the first',
    clause: 'KEY-29',
    caughtBy: 'rs-s.opening.sources',
    patch: () =>
      replace(KeyExchange.prototype, 'confirm', (original) => (self, keys, ...rest) => {
        (keys as Handshake).sources.splice(1);
        return original(self, keys, ...rest);
      }),
  },
  {
    name: 'probes-all-on-leg',
    title: 'probes all sources of message 1 on a leg too',
    clause: 'KEY-29',
    caughtBy: 'rs-s.opening.leg-sources',
    patch: () =>
      replace(KeyExchange.prototype, 'confirm', (original) => (self, keys, from, now) => {
        original(self, keys, from, now);
        const { sources } = keys as Handshake;
        const farEnd = field<FarEnd>(self, 'farEnd');
        for (const source of sources) if (source !== from) farEnd.probe(source, undefined, now as number);
      }),
  },
  {
    name: 'associations-in-order',
    title: 'refuses an opening of an association whose order number is not 0',
    clause: 'KEY-51',
    caughtBy: 'rs-s.opening.association-order',
    patch: () =>
      replace(KeyExchange.prototype, 'receiveMessage1', (original) => (self, header, ...rest) => {
        const { kind } = field<ChannelConfig>(self, 'config');
        if (kind !== 'association' || (header as Header).sequence === 0n) original(self, header, ...rest);
      }),
  },
  {
    name: 'answers-across',
    title: 'answers an opening that crosses its own although its Node ID is the lower one',
    clause: 'KEY-06',
    caughtBy: 'rs-s.opening.crossed',
    patch: () =>
      replace(KeyExchange.prototype, 'receiveMessage1', (original) => (self, ...rest) => {
        const attempt = field<Attempt | undefined>(self, 'attempt');
        setField(self, 'attempt', undefined);
        original(self, ...rest);
        setField(self, 'attempt', attempt);
      }),
  },
  {
    name: 'gives-up-when-crossed',
    title: 'drops its own attempt as soon as it answers an opening',
    clause: 'KEY-06',
    caughtBy: 'rs-s.opening.crossed-higher',
    patch: () =>
      replace(KeyExchange.prototype, 'sendMessage2', (original) => (self, ...rest) => {
        setField(self, 'attempt', undefined);
        return original(self, ...rest);
      }),
  },
  {
    name: 'ends-its-attempt',
    title: 'ends its attempt with a message 2 that does not verify',
    clause: 'KEY-13',
    caughtBy: 'rs-s.attempt.failed-message-2',
    patch: () =>
      replace(KeyExchange.prototype, 'receiveMessage2', (original) => (self, ...rest) => {
        original(self, ...rest);
        if (noted(self).at(-1)?.layer === 'handshake') setField(self, 'attempt', undefined);
      }),
  },
  {
    name: 'slow-repeats',
    title: 'repeats message 1 at twice the times',
    clause: 'KEY-16',
    caughtBy: 'rs-s.attempt.repeats',
    patch: () =>
      replace(KeyExchange.prototype, 'startAttempt', (original) => (self, ...rest) => {
        const config = field<ChannelConfig>(self, 'config');
        const openingRepeat = config.timers.openingRepeat.map((delay) => 2 * delay);
        setField(self, 'config', { ...config, timers: { ...config.timers, openingRepeat } });
        original(self, ...rest);
        setField(self, 'config', config);
      }),
  },
  {
    name: 'no-confirming-probe',
    title: 'leaves it to chance that a handshake which it began is confirmed',
    clause: 'KEY-11',
    caughtBy: 'rs-s.attempt.confirming-probe',
    patch: () => replace(FarEnd.prototype, 'opened', () => () => undefined),
  },
  {
    name: 'new-keys-at-once',
    title: 'sends under the keys of its own opening before they are confirmed, though it has others',
    clause: 'KEY-46',
    caughtBy: 'rs-s.keys.initiator-waits',
    patch: () =>
      replace(Keyring.prototype, 'add', (original) => (self, handshake) => {
        const gone = original(self, handshake);
        if ((handshake as Handshake).initiated) setField(self, 'current', handshake);
        return gone;
      }),
  },
  {
    name: 'never-rekeys',
    title: 'goes on with old keys until they are erased',
    clause: 'KEY-05',
    caughtBy: 'rs-s.keys.rekey',
    patch: () => replace(Keyring.prototype, 'isRekeyDue', () => () => false),
  },
  {
    name: 'rekeys-impatiently',
    title: 'opens at the age at which the other end is to open',
    clause: 'KEY-26',
    caughtBy: 'rs-s.keys.rekey-other-end',
    patch: () =>
      replace(Keyring.prototype, 'isRekeyDue', (original) => (self, now) => {
        const timers = field<ChannelTimers>(self, 'timers');
        setField(self, 'timers', { ...timers, rekeyOtherEnd: 0 });
        return original(self, now);
      }),
  },
  {
    name: 'keys-for-ever',
    title: 'never erases keys that nobody replaced',
    clause: 'KEY-25',
    caughtBy: 'rs-s.keys.erased',
    patch: () =>
      replace(Keyring.prototype, 'endOf', (original) => (self, handshake) => {
        const { confirmedAt, receiveUntil } = handshake as Handshake;
        return confirmedAt === undefined
          ? original(self, handshake)
          : (receiveUntil ?? Number.POSITIVE_INFINITY);
      }),
  },
  {
    name: 'associations-last-wins',
    title: 'sends on an association under whatever was confirmed last',
    clause: 'KEY-49',
    caughtBy: 'rs-s.keys.association-rank',
    patch: () =>
      replace(
        Keyring.prototype,
        'supersedes',
        (original) =>
          (self, ...rest) =>
            field(self, 'kind') === 'association' || original(self, ...rest),
      ),
  },
  {
    name: 'failures-unlimited',
    title: 'verifies whatever comes, however much of one address failed',
    clause: 'DOS-03',
    caughtBy: 'rs-s.dos.rate-source',
    patch: () => replace(Sources.prototype, 'admits', () => () => true),
  },
  {
    name: 'hides-a-bound',
    title: 'has no bound for unconfirmed handshakes to show',
    clause: 'DOS-04',
    caughtBy: 'rs-s.dos.bounds',
    wrap: ({ role, ...others }) => ({
      ...others,
      role: {
        handle: (input, now) => role.handle(input, now),
        wakeAt: () => role.wakeAt(),
        counters: () =>
          Object.fromEntries(
            Object.entries(role.counters()).filter(([name]) => name !== 'table.handshakes.bound'),
          ),
      },
    }),
  },
];
