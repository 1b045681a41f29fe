/** What a run has around it, beside its options. */
import type { Ip } from '../../reference/address.ts';
import { family } from '../../reference/address.ts';
import type { Net } from '../../reference/net/net.ts';
import type { Need } from '../case.ts';
import type { GoldenVector } from '../golden-vectors.ts';
import type { Tap } from '../played/stage.ts';
import type { SpecTables } from '../spec-tables.ts';
import type { Target } from '../target/target.ts';
import type { Twin } from '../twin-port.ts';

export interface Environment {
  readonly net: Net;
  readonly target: Target;
  /** The tester's own addresses, the preferred one of each family first. */
  readonly sources: readonly Ip[];
  /** What the environment has of what cases can need. */
  readonly has: ReadonlySet<Need>;
  /** What `--impair` says; empty for an unimpaired network. It goes into replay tokens. */
  readonly network: string;
  /**
   * Bytes that no other run draws. With a target that outlives the run they keep identifiers new;
   * in virtual time they are the same each time.
   */
  readonly runNonce: string;
  /** Sees every datagram: captures, evidence. */
  readonly tap?: Tap;
  /** Holds what is sent to its intent: in the first row of each case, but for ports, and in each failing exchange. */
  readonly twin?: Twin;
  /** Handed to the cases that are about them. */
  readonly vectors?: readonly GoldenVector[];
  /** Tables of the specification that cases take what they expect from. */
  readonly tables?: SpecTables;
  /** Has the twin look at all rows; for the project's own tests. */
  readonly twinEveryRow?: boolean;
}

/** How often it is tried on a network that loses datagrams. */
const LOSSY_TRIES = 5;

/** How often a row, or the sanity case, is tried before what did not come counts as missing. */
export function triesOn({ network }: Pick<Environment, 'network'>): number {
  return network === '' ? 1 : LOSSY_TRIES;
}

/** Which needs the tester's own addresses fulfil; `inbound` and `slow` are not for addresses to tell. */
export async function needsMet(net: Net, sources: readonly Ip[]): Promise<Set<Need>> {
  const bound: Ip[] = [];
  for (const ip of sources) {
    try {
      const socket = await net.bind({ ip, port: 0 }, () => undefined);
      await socket.close();
      bound.push(ip);
    } catch {
      // Not an address of this machine: what needs it is not exercised.
    }
  }
  const met = new Set<Need>();
  if (bound.some((ip) => family(ip) === 6)) met.add('ipv6');
  if (bound.filter((ip) => family(ip) === 4).length > 1) met.add('two-sources');
  return met;
}
