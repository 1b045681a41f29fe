/** Faults in what is limited by rate, and in what is counted for a limit. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { Channel } from '../../reference/channel/channel.ts';
import type { FarEnd } from '../../reference/channel/far-end.ts';
import { OpeningLimit } from '../../reference/channel/limit.ts';
import type { Outgoing } from '../../reference/channel/outgoing.ts';
import type { Instant } from '../../reference/core.ts';
import { RelayTable } from '../../reference/roles/relay/table.ts';
import { Sources } from '../../reference/roles/sources.ts';
import type { Created } from '../reference/created.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField, withHandle } from '../reference/variant.ts';

/** Counts anew with each second, which begins with the first one that is counted. */
class Windows {
  private readonly began = new Map<string, { at: Instant; count: number }>();

  /** How many there were in the second of `now`, this one included if it `counts`. */
  count(of: string, now: Instant, counts: boolean): number {
    const known = this.began.get(of);
    const window = known !== undefined && now < known.at + 1000 ? known : { at: now, count: 0 };
    if (counts) window.count++;
    if (counts) this.began.set(of, window);
    return window.count;
  }
}

/** Windows of each object of a class. */
function windowsOf(): (self: object) => Windows {
  const all = new WeakMap<object, Windows>();
  return (self) => {
    const own = all.get(self) ?? new Windows();
    all.set(self, own);
    return own;
  };
}

/** A role that decides otherwise which refused datagrams are failures of their address. */
function failing(
  created: Created,
  decides: (layer: string | undefined, isFailure: boolean) => boolean,
): Created {
  const sources = field<Sources>(created.role, 'sources');
  let isFailure = false;
  setField(sources, 'failed', () => {
    isFailure = true;
  });
  return withHandle(created, (input, now) => {
    isFailure = false;
    const effects = created.role.handle(input, now);
    if (input.kind !== 'datagram') return effects;
    const layers = effects.map((effect) =>
      effect.kind === 'note' && effect.note.what === 'refused' ? effect.note.layer : undefined,
    );
    const layer = layers.find((found) => found !== undefined);
    if (decides(layer, isFailure)) Sources.prototype.failed.call(sources, input.from.ip, now);
    return effects;
  });
}

const OPENINGS = 8;

export const LIMITS: readonly Saboteur[] = [
  {
    name: 'openings-by-the-second',
    title: 'counts the openings of a source anew with each second',
    clause: 'GEN-29',
    caughtBy: 'rs-s.opening.rate-windows',
    patch: () => {
      const windows = windowsOf();
      replace(OpeningLimit.prototype, 'admit', () => (self, from, now) => {
        const source = formatEndpoint(from as Endpoint);
        return windows(self).count(source, now as number, true) <= OPENINGS;
      });
    },
  },
  {
    name: 'rates-by-the-second',
    title: 'counts the datagrams of a path anew with each second',
    clause: 'GEN-29',
    caughtBy: 'rs-s.forward.rates-windows',
    patch: () => {
      const windows = windowsOf();
      replace(RelayTable.prototype, 'admit', () => (self, path, _length, now) => {
        const { packetsPerSecond } = field<{ packetsPerSecond?: number }>(self, 'rates');
        const count = windows(path as object).count('', now as number, true);
        return packetsPerSecond === undefined || count <= packetsPerSecond;
      });
    },
  },
  {
    name: 'failures-by-the-second',
    title: 'counts the failures of an address anew with each second',
    clause: 'GEN-29',
    caughtBy: 'rs-s.dos.rate-windows',
    patch: () => {
      const windows = windowsOf();
      replace(Sources.prototype, 'failed', () => (self, source, now) => {
        windows(self).count(source as string, now as number, true);
      });
      replace(Sources.prototype, 'admits', () => (self, source, now) => {
        const count = windows(self).count(source as string, now as number, false);
        return count < field<number>(self, 'perSecond');
      });
    },
  },
  {
    name: 'openings-never-fail',
    title: 'counts openings that do not verify for no address',
    clause: 'DOS-03',
    caughtBy: 'rs-s.dos.failures',
    wrap: (created) => failing(created, (layer, isFailure) => isFailure && layer !== 'handshake'),
  },
  {
    name: 'replays-fail',
    title: 'counts replays as failures of their address',
    clause: 'DOS-03',
    caughtBy: 'rs-s.dos.failures',
    wrap: (created) => failing(created, (layer, isFailure) => isFailure || layer === 'replay'),
  },
  {
    name: 'refused-bytes-count',
    title: 'counts the bytes of what channel-type refused among those received from an address',
    clause: 'DOS-02',
    caughtBy: 'rs-s.address.amplification-refused',
    patch: () =>
      replace(Channel.prototype, 'receiveSealed', (original) => (self, header, bytes, from, now) => {
        original(self, header, bytes, from, now);
        const last = field<{ layer?: string }[]>(field<Outgoing>(self, 'outgoing'), 'events').at(-1);
        if (last?.layer !== 'channel-type') return;
        const { addresses } = field<FarEnd>(self, 'farEnd');
        addresses.received(from as Endpoint, (bytes as Uint8Array).length);
      }),
  },
];
