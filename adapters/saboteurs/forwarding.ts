/** Faults in what an RS-S relays. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Counters, Effect, HotTable } from '../../reference/core.ts';
import { RelayTable } from '../../reference/roles/relay/table.ts';
import type { EntriesConfig } from '../../reference/roles/rs-s/entries.ts';
import { Entries } from '../../reference/roles/rs-s/entries.ts';
import type { Entry } from '../../reference/roles/rs-s/entry.ts';
import type { Tally } from '../../reference/roles/tally.ts';
import type { Created } from '../reference/created.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField, withEffects, withHandle, withTable } from '../reference/variant.ts';

const DATA = 0x10;
/** Bytes that are no UDP payload. */
const IP_AND_UDP = 28;
/** What comes within so many milliseconds is one batch. */
const BATCH_MS = 50;

/** A relay that shows other counters than it has. */
function showing(created: Created, change: (counters: Counters) => Counters): Created {
  const { role } = created;
  const counters = (): Counters => change(role.counters());
  return {
    ...created,
    role: { handle: (input, now) => role.handle(input, now), wakeAt: () => role.wakeAt(), counters },
  };
}

export const FORWARDING: readonly Saboteur[] = [
  {
    name: 'forward-counted-as-the-kernels',
    title: 'counts what it forwards itself as what its kernel forwards, too',
    clause: 'GEN-17',
    caughtBy: 'rs-s.forward.counted',
    wrap: (created) =>
      showing(created, (counters) => ({
        ...counters,
        'relay.kernel.packets': counters['relay.packets'] ?? 0,
        'relay.kernel.bytes': counters['relay.bytes'] ?? 0,
      })),
  },
  {
    name: 'forward-counts-heads',
    title: 'counts the bytes of IP and UDP headers in what it forwards',
    clause: 'GEN-17',
    caughtBy: 'rs-s.forward.counted',
    wrap: (created) =>
      showing(created, (counters) => ({
        ...counters,
        'relay.bytes': (counters['relay.bytes'] ?? 0) + IP_AND_UDP * (counters['relay.packets'] ?? 0),
      })),
  },
  {
    name: 'forward-flips-a-bit',
    title: 'changes the last byte of the Data that it forwards',
    clause: 'RSS-02',
    caughtBy: 'rs-s.forward.unchanged',
    wrap: (created) =>
      withTable(created, (table) => ({
        forward(bytes, from, now) {
          const to = table.forward(bytes, from, now);
          if (to !== undefined && bytes[1] === DATA) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
          return to;
        },
      })),
  },
  {
    name: 'forward-from-anywhere',
    title: 'forwards by Path ID alone, from whatever source',
    clause: 'RSS-12',
    caughtBy: 'rs-s.forward.source',
    wrap(created) {
      const ends = new Map<string, Endpoint>();
      return withTable(created, (table) => ({
        forward: (bytes, from, now) =>
          table.forward(bytes, from, now) ?? ends.get(toHex(bytes.subarray(4, 20))),
        apply(effect) {
          if (effect.kind === 'relay-set') ends.set(effect.path.pathId, effect.path.ends[1]);
          table.apply(effect);
        },
      }));
    },
  },
  {
    name: 'forward-data-only',
    title: 'relays nothing but messages of type Data',
    clause: 'RSS-10',
    caughtBy: 'rs-s.forward.any-type',
    wrap: (created) =>
      withTable(created, (table) => ({
        forward(bytes, from, now) {
          const to = table.forward(bytes, from, now);
          return bytes[1] === DATA ? to : undefined;
        },
      })),
  },
  {
    name: 'forward-once',
    title: 'drops a datagram that it has forwarded before',
    clause: 'RSS-07',
    caughtBy: 'rs-s.forward.replay',
    wrap(created) {
      const seen = new Set<string>();
      return withTable(created, (table) => ({
        forward(bytes, from, now) {
          const key = toHex(bytes);
          if (seen.has(key)) return undefined;
          seen.add(key);
          return table.forward(bytes, from, now);
        },
      }));
    },
  },
  {
    name: 'forward-twice',
    title: 'sends the last of eight datagrams of a batch twice, where no rate makes it count them',
    clause: 'RSS-02',
    caughtBy: 'rs-s.forward.once',
    wrap(created, { role: name, limits }) {
      if (name !== 'rs-s') return created;
      if (limits.packetsPerSecond !== undefined || limits.bytesPerSecond !== undefined) return created;
      const { role } = created;
      let batch = { of: '', began: 0, count: 0 };
      let twice: Endpoint | undefined;
      const forwardOf =
        (table: HotTable): HotTable['forward'] =>
        (bytes, from, now) => {
          const to = table.forward(bytes, from, now);
          if (to === undefined) return undefined;
          const of = `${toHex(bytes.subarray(4, 20))} ${formatEndpoint(from)}`;
          if (batch.of !== of || now > batch.began + BATCH_MS) batch = { of, began: now, count: 0 };
          batch.count++;
          if (batch.count !== 8) return to;
          twice = to;
          return undefined;
        };
      const doubled = withHandle(created, (input, now) => {
        const to = twice;
        twice = undefined;
        if (to === undefined || input.kind !== 'datagram') return role.handle(input, now);
        const send: Effect = { kind: 'send', bytes: input.bytes.slice(), to };
        return [send, send];
      });
      return withTable(doubled, (table) => ({ forward: forwardOf(table) }));
    },
  },
  {
    name: 'reflects',
    title: 'takes the endpoint of one leg for the other too, and so sends back what comes',
    clause: 'RSS-15',
    caughtBy: 'rs-s.forward.no-reflect',
    patch: () => replace(Entries.prototype, 'isOther', () => () => false),
  },
  {
    name: 'no-hold',
    title: 'drops what comes for a leg that is not valid yet',
    clause: 'RSS-03',
    caughtBy: 'rs-s.forward.hold',
    patch: () =>
      replace(Entries.prototype, 'receiveRelayed', () => (self, _entry, _bytes, from) => {
        field<Tally>(self, 'tally').refuse('relay-hold', from as Endpoint);
      }),
  },
  {
    name: 'holds-the-first-four',
    title: 'keeps the first four datagrams for a leg that is not valid, not the last',
    clause: 'RSS-03',
    caughtBy: 'rs-s.forward.hold',
    patch: () =>
      replace(Entries.prototype, 'receiveRelayed', (original) => (self, entry, bytes, from, now) => {
        if ((entry as Entry).held.length >= 4)
          field<Tally>(self, 'tally').refuse('relay-hold', from as Endpoint);
        else original(self, entry, bytes, from, now);
      }),
  },
  {
    name: 'holds-for-ever',
    title: 'sends what it held however old it is',
    clause: 'RSS-03',
    caughtBy: 'rs-s.forward.hold-expiry',
    patch: () =>
      replace(Entries.prototype, 'receiveRelayed', (original) => (self, entry, bytes, from, now) => {
        original(self, entry, bytes, from, (now as number) + 3_600_000);
      }),
  },
  {
    name: 'withdrawn-but-alive',
    title: 'answers a withdrawal and goes on forwarding',
    clause: 'RS-11',
    caughtBy: 'rs-s.direction.withdraw',
    wrap: (created) => withEffects(created, (effect) => (effect.kind === 'relay-remove' ? [] : [effect])),
  },
  {
    name: 'entries-for-ever',
    title: 'never removes an idle entry',
    clause: 'RS-08',
    caughtBy: 'rs-s.entry.idle',
    patch: () =>
      replace(Entries.prototype, 'answerLastUse', (original) => (self, ref, _lastUse, now) => {
        original(self, ref, now, now);
      }),
  },
  {
    name: 'opening-keeps-entry',
    title: 'takes an opening, even a replayed one, for life on the leg',
    clause: 'RS-08',
    caughtBy: 'rs-s.entry.opening-does-not-refresh',
    patch: () =>
      replace(Entries.prototype, 'receiveOnLeg', (original) => (self, leg, header, bytes, from, now) => {
        (leg as { entry: { refreshedAt: number } }).entry.refreshedAt = now as number;
        return original(self, leg, header, bytes, from, now);
      }),
  },
  {
    name: 'unlimited-paths',
    title: 'ignores the rates of a path',
    clause: 'RS-14',
    caughtBy: 'rs-s.forward.rates',
    patch: () => replace(RelayTable.prototype, 'admit', () => () => true),
  },
  {
    name: 'held-beyond-the-rates',
    title: 'counts what it held in no rate',
    clause: 'RS-14',
    caughtBy: 'rs-s.forward.rates-held',
    patch: () =>
      replace(Entries.prototype, 'moveLeg', (original) => (self, ...rest) => {
        const config = field<EntriesConfig>(self, 'config');
        const rates = { packetsPerSecond: undefined, bytesPerSecond: undefined };
        setField(self, 'config', { ...config, rates });
        original(self, ...rest);
        setField(self, 'config', config);
      }),
  },
];
