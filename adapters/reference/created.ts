import type { HotTable, Role, TunnelHotTable } from '../../reference/core.ts';

/** A role as its constructor gives it, not yet running. */
export interface Created {
  readonly role: Role;
  /** Of a relay. */
  readonly table?: HotTable | undefined;
  /** Of a tunnel end. */
  readonly tunnels?: TunnelHotTable | undefined;
}
