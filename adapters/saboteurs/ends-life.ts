/** Faults that an RS-N and an RS-T can have alike in how long paths live and who opens them, and in what counts. */
import type { Endpoint } from '../../reference/address.ts';
import { KeyExchange } from '../../reference/channel/key-exchange.ts';
import type { Keyring } from '../../reference/channel/keyring.ts';
import type { ChannelConfig } from '../../reference/channel/types.ts';
import type { Instant } from '../../reference/core.ts';
import type { End } from '../../reference/roles/relay/end.ts';
import type { EndsParts } from '../../reference/roles/relay/ends.ts';
import { Ends } from '../../reference/roles/relay/ends.ts';
import { admit } from '../../reference/roles/relay/rates.ts';
import type { Traffic } from '../../reference/roles/tunnel/data.ts';
import { PathCarrier } from '../../reference/roles/tunnel/data.ts';
import type { Life } from '../../reference/roles/tunnel/life.ts';
import { Opening } from '../../reference/roles/tunnel/opening.ts';
import { Packets } from '../../reference/roles/tunnel/packets.ts';
import { RouteSize } from '../../reference/roles/tunnel/size.ts';
import { Tunnel } from '../../reference/roles/tunnel/tunnel.ts';
import type { TunnelConfig } from '../../reference/roles/tunnel/types.ts';
import type { Header } from '../../reference/wire/header.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

/** What comes by a path leaves the time of its last inner packet as `of` says. */
function receiving(of: (before: Instant | undefined, now: Instant) => Instant | undefined): void {
  for (const [prototype, name, at] of [
    [Packets.prototype, 'receive', 2],
    [PathCarrier.prototype, 'open', 2],
  ] as const)
    replace(prototype, name, (original) => (self: object, ...args: unknown[]) => {
      const traffic = field<Traffic>(self, 'traffic');
      const before = traffic.lastInner;
      const result = original(self, ...args);
      traffic.lastInner = of(before, args[at] as Instant);
      return result;
    });
}

export const ENDS_LIFE: readonly Saboteur[] = [
  {
    name: 'end-counts-forged',
    title: 'counts Data for the rates of a path before it knows whether it opens',
    clause: 'RS-14',
    caughtBy: 'rs-n.rates.unopened',
    patch() {
      replace(Ends.prototype, 'receive', (original) => (self, end, header, bytes, from, now) => {
        const { rates, tally } = field<EndsParts>(self, 'parts');
        const { length } = bytes as Uint8Array;
        const isData = (header as Header).type === MessageType.data;
        if (!isData || admit((end as End).left, rates, length, now as Instant))
          return original(self, end, header, bytes, from, now);
        tally.refuse('relay-rate', from as Endpoint);
        return false;
      });
      replace(Packets.prototype, 'receive', (original) => (self, ...args) => {
        setField(self, 'config', { ...field<TunnelConfig>(self, 'config'), admits: undefined });
        original(self, ...args);
      });
    },
  },
  {
    name: 'end-kept-by-refused',
    title: 'takes packets that it refuses for traffic that keeps a path',
    clause: 'RS-25',
    caughtBy: 'rs-n.path.idle',
    patch: () => receiving((_, now) => now),
  },
  {
    name: 'end-kept-one-way',
    title: 'closes a path on which only the node sends',
    clause: 'RS-25',
    caughtBy: 'rs-t.path.idle',
    patch: () => receiving((before, now) => before ?? now),
  },
  {
    name: 'end-answers-when-closed',
    title: 'answers probes on a path that its node has closed',
    clause: 'TUN-17',
    caughtBy: 'rs-t.path.closed',
    patch: () =>
      replace(Tunnel.prototype, 'transmit', (original) => (self, bytes, to, now) => {
        const isClosed = field<Life>(self, 'life').state === 'closed';
        if (!isClosed || (bytes as Uint8Array)[1] !== MessageType.probeResponse)
          original(self, bytes, to, now);
        else field<unknown[]>(self, 'out').push({ kind: 'send', bytes, to });
      }),
  },
  {
    name: 'end-opens-once',
    title: 'opens a path on which it hears nothing once, and never again',
    clause: 'HO-10',
    caughtBy: 'rs-n.path.dead',
    patch() {
      const opened = new WeakSet<object>();
      replace(Opening.prototype, 'everywhere', (original) => (self, now) => {
        if (opened.has(self)) return;
        opened.add(self);
        original(self, now);
      });
    },
  },
  {
    name: 'end-waits-for-keys',
    title: 'leaves it to the node to open a path whose keys are gone',
    clause: 'KEY-27',
    caughtBy: 'rs-t.path.without-keys',
    patch: () =>
      replace(KeyExchange.prototype, 'reopenIfDue', (original) => (self, now) => {
        const { kind } = field<ChannelConfig>(self, 'config');
        if (kind !== 'path' || field<Keyring>(self, 'keys').sending() !== undefined) original(self, now);
      }),
  },
  {
    name: 'end-narrow-ipv6',
    title: 'sends no IPv6 packets of more than 1152 bytes by a route that carries small datagrams alone',
    clause: 'TUN-15',
    caughtBy: 'rs-n.size.small',
    patch: () => replace(RouteSize.prototype, 'mtu', (original) => (self) => original(self, 4)),
  },
];
