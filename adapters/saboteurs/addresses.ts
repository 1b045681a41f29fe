/** Faults in what comes from, or goes to, another address than the one in use. */
import type { Endpoint } from '../../reference/address.ts';
import { Channel } from '../../reference/channel/channel.ts';
import { FarEnd } from '../../reference/channel/far-end.ts';
import type { Keyring } from '../../reference/channel/keyring.ts';
import type { Header } from '../../reference/wire/header.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

export const ADDRESSES: readonly Saboteur[] = [
  {
    name: 'observes-the-address-in-use',
    title: 'names the address in use, not the source of the probe that it answers',
    clause: 'GEN-34',
    caughtBy: 'rs-s.probe.elsewhere',
    patch: () =>
      replace(Channel.prototype, 'answerProbe', (original) => (self, answer, ...rest) => {
        const observedEndpoint = (self as Channel).validAddress();
        const isOk = 'observedEndpoint' in (answer as object) && observedEndpoint !== undefined;
        return original(self, isOk ? { ...(answer as object), observedEndpoint } : answer, ...rest);
      }),
  },
  {
    name: 'old-keys-nominate',
    title: 'nominates the source of a message under keys that only receive',
    clause: 'KEY-31',
    caughtBy: 'rs-s.address.old-keys',
    patch: () =>
      replace(Channel.prototype, 'receiveSealed', (original) => (self, header, bytes, from, now) => {
        const { keyId, sequence, type } = header as Header;
        const ring = field<Keyring>(self, 'keys');
        const keys = ring.find(keyId);
        const isNewest = keys !== undefined && sequence > keys.window.highest;
        original(self, header, bytes, from, now);
        if (!isNewest || keys === ring.sending() || type === MessageType.probeResponse) return;
        field<FarEnd>(self, 'farEnd').nominate(from as Endpoint, now as number);
        Reflect.get(self, 'sendDueProbes').call(self, now);
      }),
  },
  {
    name: 'probes-its-own',
    title: 'probes whatever address a message came from, be it one of its own',
    clause: 'KEY-40',
    caughtBy: 'rs-s.address.own',
    patch: () => replace(FarEnd.prototype, 'canBe', () => () => true),
  },
  {
    name: 'one-address-for-all-tries',
    title: 'repeats a request to the address in use alone',
    clause: 'KEY-35',
    caughtBy: 'rs-s.address.both-families',
    patch: inUseOnly,
  },
  {
    name: 'one-address-of-a-node',
    title: 'repeats what a node does not answer to one of its addresses alone',
    clause: 'KEY-35',
    caughtBy: 'dc.address.both-families',
    patch: inUseOnly,
  },
];

function inUseOnly(): void {
  replace(Channel.prototype, 'knownAddresses', (original) => (self) => {
    return (original(self) as Endpoint[]).slice(0, 1);
  });
}
