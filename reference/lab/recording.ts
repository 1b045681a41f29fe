/** What goes to and fro between the parties of a world, for a sequence chart: which datagram is which is known here. */
import { formatEndpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Seen } from '../net/sim/host.ts';
import type { Arrow, Exchange, Remark } from '../trace/merge.ts';
import { traceRecord } from '../trace/record.ts';
import { NAMES } from './configs.ts';
import type { World } from './world.ts';

type Recorded = Pick<World, 'net' | 'now'>;

/** One datagram: how it was sent, and when and where it came. */
interface Going {
  readonly sent: Seen;
  readonly at: Instant;
  readonly arrivals: { readonly host: string; readonly at: Instant }[];
}

/** A lane for what goes where nobody is. */
const NOBODY = 'nobody';
const DATA = 'Data';

export class Recording {
  private readonly world: Recorded;
  private readonly names: readonly string[];
  private readonly going = new Map<Uint8Array, Going>();
  private readonly remarks: Remark[] = [];
  /** Whose endpoints are whose, as others see them. */
  private readonly owners = new Map<string, string>();

  /** @param names the lanes, from left to right */
  constructor(world: Recorded, names: readonly string[] = NAMES) {
    this.world = world;
    this.names = names;
    world.net.onSeen((seen) => this.see(seen));
  }

  /** Something that the reader should know happens now. */
  remark(text: string): void {
    this.remarks.push({ t: this.world.now(), text });
  }

  /**
   * All since an instant.
   * @param isWhole with all Data; else of what comes again and again only the first since anything else happened
   */
  exchange(since: Instant, isWhole: boolean): Exchange {
    const arrows = [...this.going.values()]
      .filter(({ at }) => at >= since)
      .flatMap((one) => this.arrowsOf(one))
      .sort((a, b) => a.t - b.t);
    const kept = isWhole ? arrows : this.withoutRepeats(arrows);
    const found = new Set(kept.flatMap(({ from, to }) => [from, to]));
    const lanes = [...this.names, NOBODY].filter((name) => found.has(name));
    return { lanes, arrows: kept, remarks: this.remarks.filter(({ t }) => t >= since) };
  }

  private see(seen: Seen): void {
    const at = this.world.now();
    const { host, way, bytes, from } = seen;
    if (way === 'sent') {
      this.going.set(bytes, { sent: seen, at, arrivals: [] });
      return;
    }
    const going = this.going.get(bytes);
    if (going === undefined) return;
    going.arrivals.push({ host: host.name, at });
    this.owners.set(formatEndpoint(from), going.sent.host.name);
    this.owners.set(formatEndpoint(going.sent.to), host.name);
  }

  private arrowsOf({ sent, at, arrivals }: Going): Arrow[] {
    const { type, context, size } = traceRecord(
      { t: at, self: '', way: 'sent', from: sent.from, to: sent.to },
      sent.bytes,
    );
    const arrow = (to: string, isLost: boolean): Arrow => ({
      t: at,
      from: sent.host.name,
      to,
      type,
      context,
      size,
      isLost,
    });
    if (arrivals.length === 0) return [arrow(this.owners.get(formatEndpoint(sent.to)) ?? NOBODY, true)];
    return arrivals.map(({ host }) => arrow(host, false));
  }

  private withoutRepeats(arrows: readonly Arrow[]): Arrow[] {
    const told = new Set<string>();
    let last = Number.NEGATIVE_INFINITY;
    return arrows.filter(({ t, from, to, type, isLost }) => {
      const isRemarked = this.remarks.some((remark) => remark.t > last && remark.t <= t);
      last = t;
      if (isRemarked) told.clear();
      if (type !== DATA) {
        told.clear();
        return true;
      }
      const key = `${from} ${to} ${isLost}`;
      if (told.has(key)) return false;
      told.add(key);
      return true;
    });
  }
}
