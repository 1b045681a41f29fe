/** Faults in attempts of an end's own, and in openings of both ends. */
import type { Endpoint } from '../../reference/address.ts';
import { sameEndpoint } from '../../reference/address.ts';
import { Attempt } from '../../reference/channel/attempt.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import { outranks } from '../../reference/channel/handshake.ts';
import { KeyExchange } from '../../reference/channel/key-exchange.ts';
import { Keyring } from '../../reference/channel/keyring.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const ATTEMPTS: readonly Saboteur[] = [
  {
    name: 'order-of-what-is-confirmed',
    title: 'uses the order number of an opening that nobody answered again',
    clause: 'KEY-24',
    caughtBy: 'node.route.opens-again',
    patch: () =>
      replace(KeyExchange.prototype, 'startAttempt', (original) => (self, ...args) => {
        setField(self, 'attemptOrder', 0n);
        return original(self, ...args);
      }),
  },
  {
    name: 'crossed-waits',
    title: 'sends its message 1 to the source of a crossed opening with the next repeat only',
    clause: 'KEY-06',
    caughtBy: 'rs-s.opening.crossed-at-once',
    patch: () =>
      replace(Attempt.prototype, 'learn', (original) => (self, source) => {
        original(self, source);
        return false;
      }),
  },
  {
    name: 'learns-without-bound',
    title: 'takes in the sources of as many crossed openings as come',
    clause: 'KEY-06',
    caughtBy: 'rs-s.opening.crossed-at-once',
    patch: () =>
      replace(Attempt.prototype, 'learn', (original) => (self, source) => {
        setField(self, 'learned', 0);
        return original(self, source);
      }),
  },
  {
    name: 'remembers-every-source',
    title: 'remembers, and probes, as many sources of a message 1 as there are',
    clause: 'KEY-22',
    caughtBy: 'rs-s.opening.sources',
    patch: () =>
      replace(KeyExchange.prototype, 'sendMessage2', (original) => (self, handshake, to, received) => {
        original(self, handshake, to, received);
        const { sources } = handshake as Handshake;
        if (!sources.some((source) => sameEndpoint(source, to as Endpoint))) sources.push(to as Endpoint);
      }),
  },
  {
    name: 'associations-ranked-unconfirmed',
    title: 'erases unconfirmed handshakes of an association that would rank lower on a path',
    clause: 'KEY-37',
    caughtBy: 'rs-s.keys.crossed-rank',
    patch: () =>
      replace(Keyring.prototype, 'confirm', (original) => (self, handshake, now) => {
        const gone = original(self, handshake, now) as readonly Handshake[];
        const unconfirmed = field<Handshake[]>(self, 'unconfirmed');
        const lower = unconfirmed.filter((other) => outranks(handshake as Handshake, other));
        setField(
          self,
          'unconfirmed',
          unconfirmed.filter((other) => !lower.includes(other)),
        );
        return [...gone, ...lower];
      }),
  },
  {
    name: 'waits-for-confirmation',
    title: 'does not open again when nothing answered its confirming probes',
    clause: 'KEY-48',
    caughtBy: 'rs-s.attempt.unconfirmed',
    patch: () =>
      replace(FarEnd.prototype, 'takeUnanswered', (original) => (self, now) => {
        const found = original(self, now) as ReturnType<FarEnd['takeUnanswered']>;
        const wasConfirming = found.over.some(({ under }) => under !== undefined);
        return wasConfirming ? { ...found, isLost: false } : found;
      }),
  },
  {
    name: 'renews-by-age-alone',
    title: 'never opens anew for the number of messages',
    clause: 'KEY-05',
    caughtBy: 'rs-s.keys.rekey-messages',
    patch: () =>
      replace(Keyring.prototype, 'isRekeyDue', (original) => (self, now) => {
        const keys = field<Handshake | undefined>(self, 'current');
        const sent = keys?.sent ?? 0n;
        if (keys !== undefined) keys.sent = 0n;
        const isDue = original(self, now);
        if (keys !== undefined) keys.sent = sent;
        return isDue;
      }),
  },
  {
    name: 'own-among-unconfirmed',
    title: 'counts its own unconfirmed handshake among the 4 that it answered',
    clause: 'KEY-22',
    caughtBy: 'rs-s.opening.unconfirmed-own',
    patch: () =>
      replace(Keyring.prototype, 'add', (original) => (self, handshake) => {
        const gone = original(self, handshake) as readonly Handshake[];
        const unconfirmed = field<Handshake[]>(self, 'unconfirmed');
        const oldest = unconfirmed.filter(({ initiated }) => !initiated).slice(0, unconfirmed.length - 4);
        if (unconfirmed.length <= 4) return gone;
        setField(
          self,
          'unconfirmed',
          unconfirmed.filter((other) => !oldest.includes(other)),
        );
        return [...gone, ...oldest];
      }),
  },
];
