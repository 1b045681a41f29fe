/** Faults of a node in opening its channels again, and in whom it follows on them. */
import type { Endpoint } from '../../reference/address.ts';
import { Channel } from '../../reference/channel/channel.ts';
import type { FarEnd } from '../../reference/channel/far-end.ts';
import type { Handshake } from '../../reference/channel/handshake.ts';
import { KeyExchange } from '../../reference/channel/key-exchange.ts';
import { Keyring } from '../../reference/channel/keyring.ts';
import type { ChannelConfig, ChannelTimers } from '../../reference/channel/types.ts';
import type { Instant } from '../../reference/core.ts';
import { Association } from '../../reference/roles/association/association.ts';
import type { Header } from '../../reference/wire/header.ts';
import { MessageType, Suite } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

export const NODE_RENEWAL: readonly Saboteur[] = [
  {
    name: 'node-asks-in-vain',
    title: 'opens its association for unanswered registrations alone, not for other requests',
    clause: 'KEY-27',
    caughtBy: 'node.association.unanswered',
    patch: () =>
      replace(Association.prototype, 'fallSilent', (original) => (self, version, now) => {
        if (version !== undefined) original(self, version, now);
      }),
  },
  {
    name: 'node-keeps-its-alias',
    title: 'opens its association under the alias under which a request stayed unanswered',
    clause: 'KEY-41',
    caughtBy: 'node.alias.unanswered',
    patch: () =>
      replace(Association.prototype, 'fallSilent', (original) => (self, ...rest) => {
        const { channel } = self as Association;
        const context = channel.useContext;
        setField(channel, 'useContext', () => undefined);
        original(self, ...rest);
        setField(channel, 'useContext', context);
      }),
  },
  {
    name: 'node-old-legs',
    title: 'never renews the keys of a leg',
    clause: 'KEY-05',
    caughtBy: 'node.leg.rekey',
    patch: () =>
      replace(KeyExchange.prototype, 'reopenIfDue', (original) => (self, now) => {
        const { kind } = field<ChannelConfig>(self, 'config');
        if (kind !== 'leg' || field<Keyring>(self, 'keys').sending() === undefined) original(self, now);
      }),
  },
  {
    name: 'node-one-bound-for-all-suites',
    title: 'seals as many messages under a key of suite 2 as under one of suite 1',
    clause: 'KEY-05',
    caughtBy: 'node.path.rekey-messages',
    patch: () =>
      replace(Keyring.prototype, 'isRekeyDue', (original) => (self, now) => {
        const keys = field<Handshake | undefined>(self, 'current');
        if (keys === undefined || field<number>(self, 'suite') === Suite.chacha20Poly1305)
          return original(self, now);
        const { sent } = keys;
        keys.sent = 0n;
        const isDue = original(self, now);
        keys.sent = sent;
        return isDue;
      }),
  },
  {
    name: 'node-renews-with-its-peer',
    title: 'opens a path anew that its peer has opened as soon as the keys are old',
    clause: 'KEY-26',
    caughtBy: 'node.path.rekey-other-end',
    patch: () => otherEndAfter(0),
  },
  {
    name: 'node-renews-its-own-alone',
    title: 'never opens a path anew because of its age that its peer has opened',
    clause: 'KEY-26',
    caughtBy: 'node.path.rekey-other-end',
    patch: () => otherEndAfter(Number.POSITIVE_INFINITY),
  },
  {
    name: 'node-follows-the-overtaken',
    title: 'nominates the source of a message on a path that a newer one overtook',
    clause: 'KEY-31',
    caughtBy: 'node.address.overtaken',
    patch: () => overtaken('path'),
  },
  {
    name: 'overtaken-moves-associations',
    title: 'nominates the source of a message on an association that a newer one overtook',
    clause: 'KEY-31',
    caughtBy: 'rs-s.address.overtaken',
    patch: () => overtaken('association'),
  },
];

/** On paths the other end opens so many milliseconds after the keys are old. */
function otherEndAfter(rekeyOtherEnd: number): void {
  replace(Keyring.prototype, 'isRekeyDue', (original) => (self, now) => {
    const timers = field<ChannelTimers>(self, 'timers');
    if (field<string>(self, 'kind') === 'path') setField(self, 'timers', { ...timers, rekeyOtherEnd });
    return original(self, now);
  });
}

/** On channels of a kind a message nominates its source whatever its sequence is. */
function overtaken(kind: ChannelConfig['kind']): void {
  replace(Channel.prototype, 'deliver', (original) => (self, header, keys, body, from, now) => {
    original(self, header, keys, body, from, now);
    const { config } = self as Channel;
    const isInUse = keys === field<Keyring>(self, 'keys').sending();
    if (config.kind !== kind || !isInUse || (header as Header).type === MessageType.probeResponse) return;
    field<FarEnd>(self, 'farEnd').nominate(from as Endpoint, now as Instant);
  });
}
