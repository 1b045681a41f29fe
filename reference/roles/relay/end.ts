/** One path of which this relay is the far end. */
import type { Ip } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { RelayDirectionEnd } from '../../wire/messages.ts';
import { encodeBody } from '../../wire/messages.ts';
import type { Association } from '../association/association.ts';
import type { Tunnel } from '../tunnel/tunnel.ts';
import type { Allowance } from './rates.ts';

export class End {
  /** The Path ID as lower-case hex. */
  readonly id: string;
  readonly owner: Association;
  readonly direction: RelayDirectionEnd;
  readonly content: string;
  /** The node's Node ID as hex. */
  readonly node: string;
  /** What the DC was told. [RS-10] */
  readonly allocated: Ip;
  readonly tunnel: Tunnel;
  readonly left: Allowance;
  /** The path that it replaces once it is confirmed. [HO-06] */
  replaces: End | undefined;
  /** It takes no packets any more; what comes is still opened. [TUN-17] */
  isClosing = false;
  /** Of its inner packets. */
  readonly version: 4 | 6;
  /** The largest inner packet that goes whole. [TUN-06] */
  mtu: number | undefined;
  /** Whether the Tunnel Table has it. */
  isInTable = false;

  constructor(parts: {
    readonly owner: Association;
    readonly direction: RelayDirectionEnd;
    readonly allocated: Ip;
    readonly version: 4 | 6;
    readonly tunnel: Tunnel;
    readonly left: Allowance;
    readonly replaces: End | undefined;
  }) {
    const { direction } = parts;
    this.owner = parts.owner;
    this.direction = direction;
    this.id = toHex(direction.pathId);
    this.content = contentOf(direction);
    this.node = toHex(direction.nodeId);
    this.allocated = parts.allocated;
    this.version = parts.version;
    this.tunnel = parts.tunnel;
    this.left = parts.left;
    this.replaces = parts.replaces;
  }
}

/** What must be equal for a repeated Relay Direction: all but the transaction and what is ignored. [RS-10] */
export function contentOf(direction: RelayDirectionEnd): string {
  return toHex(encodeBody({ ...direction, transaction: new Uint8Array(8) }));
}
