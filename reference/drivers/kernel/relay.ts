/** The hot table of an RS-S that has the kernel forward in front of it. */
import type { Endpoint } from '../../address.ts';
import type { Effect, HotTable, Instant } from '../../core.ts';
import type { KernelTable } from '../../roles/relay/kernel-table.ts';
import type { RelayTable } from '../../roles/relay/table.ts';

/** Opens the kernel's table for these endpoints; undefined: there is none to be had. */
export type OpenKernel = (own: readonly Endpoint[]) => Promise<KernelTable | undefined>;

/**
 * Puts the kernel in front of a Relay Table. That one keeps all paths, for it forwards what the kernel leaves:
 * fragments, options, what no way is known for.
 */
export function inKernel(table: RelayTable, openKernel: OpenKernel): HotTable {
  return new KernelRelay(table, openKernel);
}

class KernelRelay implements HotTable {
  private readonly table: RelayTable;
  private readonly openKernel: OpenKernel;
  private readonly held = new Set<string>();
  private readonly clock = new Clock();
  private kernel: KernelTable | undefined;

  constructor(table: RelayTable, openKernel: OpenKernel) {
    this.table = table;
    this.openKernel = openKernel;
  }

  async open(locals: readonly Endpoint[]): Promise<void> {
    this.kernel = await this.openKernel(locals);
    const { kernel } = this;
    if (kernel === undefined) return;
    this.table.offload = {
      charge: (pathId, length) => (this.held.has(pathId) ? kernel.charge?.(pathId, length) : undefined),
      totals: () => kernel.totals(),
    };
  }

  forward(bytes: Uint8Array, from: Endpoint, now: Instant): Endpoint | undefined {
    return this.table.forward(bytes, from, now);
  }

  apply(effect: Extract<Effect, { kind: 'relay-set' | 'relay-remove' }>): void {
    this.table.apply(effect);
    if (effect.kind === 'relay-remove') {
      if (this.held.delete(effect.pathId)) this.kernel?.remove(effect.pathId);
    } else if (this.kernel?.set(effect.path)) this.held.add(effect.path.pathId);
    else this.held.delete(effect.path.pathId);
  }

  lastUse(pathId: string): Instant | undefined {
    return this.table.lastUse(pathId);
  }

  async askLastUse(pathId: string, now: () => Instant): Promise<Instant | undefined> {
    this.clock.see(now());
    const idle = this.held.has(pathId) ? await this.kernel?.idle(pathId) : undefined;
    const here = this.table.lastUse(pathId);
    if (idle === undefined) return here;
    const there = this.clock.instantOf(performance.now() - idle);
    return here === undefined ? there : Math.max(here, there);
  }

  putForward(now: Instant): void {
    this.clock.see(now);
  }

  settled(): Promise<void> | undefined {
    return this.kernel?.settled?.();
  }

  async refresh(): Promise<void> {
    await this.kernel?.refresh?.();
  }

  async close(): Promise<void> {
    await this.kernel?.close();
    this.kernel = undefined;
    this.held.clear();
  }
}

/** Smaller differences are what two readings take. */
const JUMP = 20;

/** The kernel's clock in the role's instants: that of a role can be put forward, and the kernel knows nothing of it. */
class Clock {
  /** Of a role whose clock nobody touched the instants are those of the process. */
  private readonly steps = [{ from: Number.NEGATIVE_INFINITY, ahead: 0 }];

  see(now: Instant): void {
    const from = performance.now();
    const ahead = now - from;
    if (ahead - (this.steps.at(-1)?.ahead ?? 0) > JUMP) this.steps.push({ from, ahead });
  }

  instantOf(time: number): Instant {
    return time + (this.steps.findLast(({ from }) => from <= time)?.ahead ?? 0);
  }
}
