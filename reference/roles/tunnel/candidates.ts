/** Where an end tells the other one to look for it, and where it looks for the other one. [OPT-06, OPT-07, OPT-08] */
import type { Endpoint, Ip } from '../../address.ts';
import { family, formatEndpoint, sameEndpoint } from '../../address.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { isPrivateUse, reach } from '../../locator.ts';
import { isTranslated, translated } from '../../nat64.ts';

/** OPT-06, OPT-02: told, and probed at a time. */
const MOST = 8;

/** Where this end is. */
export interface OwnPlaces {
  /** What the host has. */
  readonly real: readonly Endpoint[];
  /** How its DC sees it, and the path's RS-S on the leg. */
  readonly observed: readonly Endpoint[];
}

/** What a peer's candidates are judged by. */
export interface CandidateRules {
  readonly profile: TestProfile;
  /** Whether an endpoint can be another host's at all. [KEY-40] */
  readonly usable: (endpoint: Endpoint) => boolean;
  /** Own virtual addresses and those of peers. */
  readonly isVirtual: (ip: Ip) => boolean;
  readonly isRelay: (endpoint: Endpoint) => boolean;
  /** That of the NAT64 which the host is behind. */
  readonly nat64: Prefix | undefined;
}

/** Whether the peer shows the IPv4 address under which this end is seen: both are behind one NAT. [OPT-07] */
export function isSameNat(theirs: readonly Endpoint[], observed: readonly Endpoint[]): boolean {
  return theirs.some(({ ip }) => family(ip) === 4 && observed.some((own) => own.ip === ip));
}

/** What this end tells of itself. [OPT-06, OPT-07] @param withPrivate whether the peer may be on the same network. */
export function ownCandidates(
  { real, observed }: OwnPlaces,
  profile: TestProfile,
  withPrivate: boolean,
): Endpoint[] {
  const shown = real.filter(({ ip }) => withPrivate || family(ip) === 6 || !isPrivateUse(ip, profile));
  return once([...shown, ...observed]).slice(0, MOST);
}

/** Which of the peer's candidates are probed: the latest ones, with what a NAT64 makes of them. [OPT-08, OPT-02] */
export function probeable(
  theirs: readonly Endpoint[],
  rules: CandidateRules,
  withPrivate: boolean,
): Endpoint[] {
  const { profile, usable, isVirtual, isRelay, nat64 } = rules;
  const isGood = (endpoint: Endpoint): boolean => {
    const { ip, port } = endpoint;
    if (port === 0 || reach(ip, profile) === 'never' || !usable(endpoint)) return false;
    if (isVirtual(ip) || isRelay(endpoint) || isTranslated(ip, nat64)) return false;
    return withPrivate || !isPrivateUse(ip, profile);
  };
  const good = theirs.filter(isGood);
  if (nat64 === undefined) return once(good).slice(0, MOST);
  const made = good
    .filter(({ ip }) => family(ip) === 4 && !isPrivateUse(ip, profile))
    .map(({ ip, port }) => ({ ip: translated(ip, nat64), port }));
  return once([...good, ...made]).slice(0, MOST);
}

/** Whether two lists say the same, in whatever order. */
export function sameCandidates(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => sameEndpoint(one, other)));
}

function once(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [formatEndpoint(endpoint), endpoint])).values()];
}
