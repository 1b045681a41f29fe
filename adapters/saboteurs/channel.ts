/** Faults in openings, keys and addresses. */
import type { Endpoint } from '../../reference/address.ts';
import { sameEndpoint } from '../../reference/address.ts';
import { Addresses } from '../../reference/channel/addresses.ts';
import { Channel } from '../../reference/channel/channel.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import { Keyring } from '../../reference/channel/keyring.ts';
import { OpeningLimit } from '../../reference/channel/limit.ts';
import { Outgoing } from '../../reference/channel/outgoing.ts';
import type { ChannelConfig } from '../../reference/channel/types.ts';
import { ReplayWindow } from '../../reference/wire/replay.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const CHANNEL: readonly Saboteur[] = [
  {
    name: 'accepts-replays',
    title: 'has no replay window',
    clause: 'TUN-04',
    caughtBy: 'rs-s.sealed.replay',
    patch: () => replace(ReplayWindow.prototype, 'check', () => () => true),
  },
  {
    name: 'narrow-window',
    title: 'refuses what is more than 1024 behind',
    clause: 'TUN-04',
    caughtBy: 'rs-s.sealed.window',
    patch: () =>
      replace(ReplayWindow.prototype, 'check', (original) => (self, sequence) => {
        const { highest } = self as ReplayWindow;
        return BigInt(sequence as bigint) + 1024n > highest && (original(self, sequence) as boolean);
      }),
  },
  {
    name: 'counter-stands-still',
    title: 'uses one sequence number for two datagrams now and then',
    clause: 'TUN-03',
    caughtBy: 'rs-s.sealed.own-counter',
    patch: () =>
      replace(Outgoing.prototype, 'sendSealed', (original) => (self, keys, ...rest) => {
        original(self, keys, ...rest);
        const handshake = keys as Handshake | undefined;
        if (handshake !== undefined && handshake.sent === 2n) handshake.sent = 1n;
      }),
  },
  {
    name: 'order-unchecked',
    title: 'takes an opening of a leg whatever its order number',
    clause: 'KEY-23',
    caughtBy: 'rs-s.opening.order',
    patch: () => replace(Keyring.prototype, 'highestConfirmed', () => () => 0n),
  },
  {
    name: 'new-message-2-for-a-repeat',
    title: 'answers each repeat of message 1 with a handshake of its own',
    clause: 'KEY-13',
    caughtBy: 'rs-s.opening.repeat',
    patch: () => replace(Keyring.prototype, 'findRepeat', () => () => undefined),
  },
  {
    name: 'openings-unlimited',
    title: 'does Diffie-Hellman for every opening that comes',
    clause: 'KEY-12',
    caughtBy: 'rs-s.opening.rate-source',
    patch: () => replace(OpeningLimit.prototype, 'admit', () => () => true),
  },
  {
    name: 'speaks-too-early',
    title: 'sends under the keys of a handshake that nothing opened under yet',
    clause: 'KEY-47',
    caughtBy: 'rs-s.keys.silent-before-confirmation',
    patch: () =>
      replace(Keyring.prototype, 'add', (original) => (self, handshake) => {
        const gone = original(self, handshake);
        setField(self, 'current', handshake);
        return gone;
      }),
  },
  {
    name: 'old-keys-for-ever',
    title: 'goes on receiving under keys that were replaced',
    clause: 'KEY-07',
    caughtBy: 'rs-s.keys.old-erased',
    patch: () => replace(Keyring.prototype, 'endOf', () => () => Number.POSITIVE_INFINITY),
  },
  {
    name: 'old-keys-dropped',
    title: 'erases keys at the moment at which others replace them',
    clause: 'KEY-07',
    caughtBy: 'rs-s.keys.old-receive',
    patch: () =>
      replace(Keyring.prototype, 'endOf', (original) => (self, handshake) => {
        const { receiveUntil, confirmedAt } = handshake as Handshake;
        return receiveUntil === undefined ? original(self, handshake) : (confirmedAt ?? 0);
      }),
  },
  {
    name: 'last-confirmed-wins',
    title: 'keeps unconfirmed handshakes of lower rank, and sends under one that is confirmed late',
    clause: 'KEY-21',
    caughtBy: 'rs-s.keys.rank',
    patch: () => {
      replace(Keyring.prototype, 'supersedes', () => () => true);
      replace(Keyring.prototype, 'confirm', (original) => (self, handshake, now) => {
        const before = field<Handshake[]>(self, 'unconfirmed');
        original(self, handshake, now);
        setField(
          self,
          'unconfirmed',
          before.filter((other) => other !== handshake),
        );
        return [];
      });
    },
  },
  {
    name: 'amplifies',
    title: 'sends to an address that is not valid as much as it likes',
    clause: 'DOS-02',
    caughtBy: 'rs-s.address.amplification',
    patch: () => replace(Addresses.prototype, 'spend', () => () => true),
  },
  {
    name: 'follows-any-source',
    title: 'moves a leg to the source of a message, without a probe of its own',
    clause: 'KEY-32',
    caughtBy: 'rs-s.address.copied',
    patch: () =>
      replace(Channel.prototype, 'receiveSealed', (original) => (self, header, bytes, from, now) => {
        const outgoing = field<Outgoing>(self, 'outgoing');
        const out = field<{ kind: string; endpoint?: unknown }[]>(outgoing, 'events');
        original(self, header, bytes, from, now);
        if (out.some((event) => event.kind === 'refused')) return;
        const { addresses } = field<FarEnd>(self, 'farEnd');
        addresses.validate(from as Parameters<Addresses['validate']>[0], Number.MAX_SAFE_INTEGER);
        out.push({ kind: 'address', endpoint: from });
      }),
  },
  {
    name: 'never-moves',
    title: 'keeps the first address of a leg for good',
    clause: 'KEY-31',
    caughtBy: 'rs-s.address.nominate',
    patch: () => replace(FarEnd.prototype, 'nominate', () => () => undefined),
  },
  {
    name: 'last-answer-wins',
    title: 'uses the address that answered last, in whatever order they were nominated',
    clause: 'KEY-32',
    caughtBy: 'rs-s.address.later',
    patch: () =>
      replace(
        Addresses.prototype,
        'validate',
        (original) => (self, endpoint) => original(self, endpoint, Number.MAX_SAFE_INTEGER),
      ),
  },
  {
    name: 'nominates-once',
    title: 'leaves an address that is nominated again where it was in the order',
    clause: 'KEY-31',
    caughtBy: 'rs-s.address.later',
    patch: () =>
      replace(FarEnd.prototype, 'nominate', (original) => (self, from, now) => {
        const { probes } = self as FarEnd;
        const underWay = field<{ readonly to: Endpoint }[]>(probes, 'outstanding');
        if (!underWay.some(({ to }) => sameEndpoint(to, from as Endpoint))) original(self, from, now);
      }),
  },
  {
    name: 'transaction-at-offset-1',
    title: 'looks for the transaction at the second byte of a body, so that 24 keys and more are too many',
    clause: 'GEN-08',
    caughtBy: 'rs-s.body.pairs',
    patch: () =>
      replace(Channel.prototype, 'deliver', (original) => (self, header, keys, body, from, now) => {
        const [head = 0] = body as Uint8Array;
        if (head < 0xb8 || head > 0xbb) return original(self, header, keys, body, from, now);
        return field<Outgoing>(self, 'outgoing').refuse('encoding', from as Endpoint);
      }),
  },
  {
    name: 'any-answer-will-do',
    title: 'takes the answer to a probe from whatever address',
    clause: 'KEY-30',
    caughtBy: 'rs-s.address.answer-from-elsewhere',
    patch: () =>
      replace(FarEnd.prototype, 'answered', (original) => (self, transaction, status, from) => {
        const { probes } = self as FarEnd;
        const probe = probes.find(transaction as Uint8Array);
        if (probe !== undefined) setField(probe, 'to', from);
        return original(self, transaction, status, from);
      }),
  },
  {
    name: 'any-answer-ends-a-probe',
    title: 'gives up a probe whose answer comes from another address',
    clause: 'ERR-03',
    caughtBy: 'rs-s.address.answer-from-elsewhere',
    patch: () =>
      replace(FarEnd.prototype, 'answered', (original) => (self, transaction, ...rest) => {
        const { probes } = self as FarEnd;
        const probe = probes.find(transaction as Uint8Array);
        const result = original(self, transaction, ...rest);
        if (probe !== undefined) probes.end(probe);
        return result;
      }),
  },
  {
    name: 'opens-legs',
    title: 'opens a leg from its own side once its keys have expired',
    clause: 'KEY-28',
    caughtBy: 'rs-s.opening.node-only',
    patch: () =>
      replace(Channel.prototype, 'tick', (original) => (self, now) => {
        const { config } = self as Channel;
        const mine: ChannelConfig = { ...config, opens: 'either' };
        const isIdle = config.kind === 'leg' && !(self as Channel).hasKeys();
        if (isIdle) setField(field<object>(self, 'exchange'), 'config', mine);
        const to = (self as Channel).knownAddresses();
        const events = original(self, now) as readonly unknown[];
        return isIdle ? [...events, ...(self as Channel).open(to, now as number)] : events;
      }),
  },
];
