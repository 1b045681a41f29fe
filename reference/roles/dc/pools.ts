/** The virtual addresses of a DC: whose each one is, and which one is given next. [DC-01, DC-02] */
import type { Ip } from '../../address.ts';
import { family, ipFromBytes } from '../../address.ts';
import type { Prefix } from '../../locator.ts';
import { isIn } from '../../locator.ts';

/** What taking addresses changed, so that it can be undone. */
export interface Taken {
  /** All that the owner has now, IPv4 first. */
  readonly addresses: readonly Ip[];
  readonly fresh: readonly Ip[];
  /** Addresses that were promised to others, who have them no more. */
  readonly from: readonly { readonly owner: string; readonly ip: Ip }[];
}

/** Who gives up an address of a family when no other is left; undefined if nobody has to. [DC-30] */
export type Yields = (version: 4 | 6) => { readonly owner: string; readonly ip: Ip } | undefined;

export class Pools {
  private readonly prefixes: readonly Prefix[];
  private readonly owners = new Map<Ip, string>();
  /** How many addresses of each pool were looked at. */
  private readonly cursors: bigint[];
  private readonly returned: Ip[] = [];
  readonly families: readonly (4 | 6)[];

  constructor(prefixes: readonly Prefix[]) {
    this.prefixes = prefixes;
    this.cursors = prefixes.map(() => 0n);
    this.families = ([4, 6] as const).filter((version) => prefixes.some((prefix) => is(prefix, version)));
  }

  /** Whose an address is. */
  ownerOf(ip: Ip): string | undefined {
    return this.owners.get(ip);
  }

  /** Notes a promise made before. @returns whether it holds: the address is in a pool and nobody else's. */
  restore(owner: string, ip: Ip): boolean {
    const isOurs = this.prefixes.some((prefix) => isIn(ip, prefix));
    if (!isOurs || (this.owners.get(ip) ?? owner) !== owner) return false;
    this.owners.set(ip, owner);
    return true;
  }

  /**
   * Gives an owner one address of each family that there is a pool of; those that it has it keeps.
   * @returns undefined if one is not to be had; then nothing changes. [DC-02]
   */
  take(owner: string, has: readonly Ip[], yields: Yields): Taken | undefined {
    const addresses: Ip[] = [];
    const fresh: Ip[] = [];
    const from: { owner: string; ip: Ip }[] = [];
    for (const version of this.families) {
      let ip = has.find((one) => family(one) === version);
      if (ip === undefined) {
        ip = this.next(version);
        if (ip !== undefined) fresh.push(ip);
        else {
          const other = yields(version);
          if (other !== undefined) from.push(other);
          ip = other?.ip;
        }
        if (ip !== undefined) this.owners.set(ip, owner);
      }
      if (ip === undefined) {
        this.undo({ addresses, fresh, from });
        return undefined;
      }
      addresses.push(ip);
    }
    return { addresses, fresh, from };
  }

  /** Gives an owner one address of a family that nobody has; undefined if none is left. [DC-36] */
  takeOne(owner: string, version: 4 | 6): Ip | undefined {
    const ip = this.next(version);
    if (ip !== undefined) this.owners.set(ip, owner);
    return ip;
  }

  /** An address is nobody's again. */
  free(ip: Ip): void {
    if (this.owners.delete(ip)) this.returned.push(ip);
  }

  /** The promise was not made: everything is whose it was. */
  undo({ fresh, from }: Taken): void {
    for (const ip of fresh) this.free(ip);
    for (const { owner, ip } of from) this.owners.set(ip, owner);
  }

  /** An address that nobody has. */
  private next(version: 4 | 6): Ip | undefined {
    const at = this.returned.findIndex((ip) => family(ip) === version);
    if (at >= 0) return this.returned.splice(at, 1)[0];
    for (const [index, prefix] of this.prefixes.entries()) {
      if (!is(prefix, version)) continue;
      const size = 1n << BigInt(8 * prefix.bytes.length - prefix.length);
      while ((this.cursors[index] ?? size) < size) {
        const offset = this.cursors[index] ?? size;
        this.cursors[index] = offset + 1n;
        const ip = addressAt(prefix, offset);
        if (!isReserved(version, offset, size) && !this.owners.has(ip)) return ip;
      }
    }
    return undefined;
  }
}

/** The first address of a subnet and, in IPv4, the last one are no host's, where it is big enough to have them. */
function isReserved(version: 4 | 6, offset: bigint, size: bigint): boolean {
  return size > 2n && (offset === 0n || (version === 4 && offset === size - 1n));
}

function is(prefix: Prefix, version: 4 | 6): boolean {
  return prefix.bytes.length === (version === 4 ? 4 : 16);
}

/** The address so far behind the first of its prefix. */
function addressAt(prefix: Prefix, offset: bigint): Ip {
  const bytes = prefix.bytes.slice();
  for (let at = bytes.length - 1, left = offset; left > 0n; at--, left >>= 8n)
    bytes[at] = (bytes[at] ?? 0) | Number(left & 0xffn);
  const ip = ipFromBytes(bytes);
  if (ip === undefined) throw new Error('a prefix that is no address');
  return ip;
}
