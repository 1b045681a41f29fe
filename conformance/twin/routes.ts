import type {
  TwinDirectionInput,
  TwinFamily,
  TwinNodeInformation,
  TwinPrefixes,
  TwinRoute,
  TwinSituation,
} from '../twin-routes.ts';
import type { Endpoint, Prefix } from './addresses.ts';
import { isInsideAny, isSame, readEndpoint, readPrefix } from './addresses.ts';
import type { View } from './situation.ts';
import { haveSameObservedAddress, view } from './situation.ts';
import type { Profile } from './special.ts';
import { isGlobalLocator, isNeverCandidate } from './special.ts';

/** Sections 16.7, 16.8 and 16.9. */
const DIRECT_FAILED = 2;
const INITIATE = 1;
const AWAIT = 2;
const BOTH = 3;
const RS_S = 1;

/** Suite of every list (DC-33). */
const COMMON_SUITE = 1;

/** So many entries has a list of candidates at most (DC-35). */
const MOST_CANDIDATES = 8;

/** What a rule says of the route (table of section 8.3). */
interface Rule {
  readonly rule: number;
  readonly mn: number;
  readonly cn: number;
  readonly relay: boolean;
  readonly candidates: TwinFamily | 'private too' | undefined;
}

/** The first rule of 1 to 7 that applies, and what it gives (DC-10). */
export function decideRoute(input: TwinDirectionInput): TwinRoute {
  const profile = readProfile(input);
  const mn = view(input.mn, profile);
  const cn = view(input.cn, profile);
  const asksForRelay = input.want === RS_S || input.reason === DIRECT_FAILED;
  const rule = firstRule(mn, cn, asksForRelay);
  const none = {
    virtual: input.virtualPrefixes.map(readPrefix),
    relays: (input.relayEndpoints ?? []).map(readEndpoint),
  };
  return {
    rule: rule.rule,
    parts: { mn: rule.mn, cn: rule.cn },
    relay: rule.relay,
    candidates: {
      mn: candidates(cn, rule.candidates, profile, none),
      cn: candidates(mn, rule.candidates, profile, none),
    },
    suite: commonSuite(input.mn.suites, input.cn.suites),
  };
}

/** What the DC of a node tells another DC about it (FED-03); `relay-only` hides the lists (FED-14). */
export function nodeInformation(of: TwinSituation, prefixes: TwinPrefixes): TwinNodeInformation {
  const seen = view({ ...of, nattedFamilies: undefined }, readProfile(prefixes));
  const families: readonly TwinFamily[] = [4, 6];
  return {
    nattedFamilies: families.filter((family) => seen.standing[family] === 'natted'),
    observedEndpoints: seen.isRelayOnly ? [] : of.observedEndpoints,
    localEndpoints: seen.isRelayOnly ? [] : of.localEndpoints,
  };
}

function readProfile(prefixes: TwinPrefixes): Profile {
  return { global: prefixes.testGlobal.map(readPrefix), private: prefixes.testPrivate.map(readPrefix) };
}

function firstRule(mn: View, cn: View, asksForRelay: boolean): Rule {
  // DC-27
  if (asksForRelay || mn.isRelayOnly || cn.isRelayOnly) return relayed(1);
  // DC-11
  if (mn.standing[6] !== undefined && cn.standing[6] !== undefined) return direct(2, BOTH, BOTH, 6);
  // DC-14
  if (mn.standing[4] === undefined || cn.standing[4] === undefined) return relayed(3);
  const mnIsGlobal = mn.standing[4] === 'global';
  const cnIsGlobal = cn.standing[4] === 'global';
  // DC-11
  if (mnIsGlobal && cnIsGlobal) return direct(4, INITIATE, AWAIT, 4);
  // DC-12: the NATed end initiates.
  if (cnIsGlobal) return direct(5, INITIATE, AWAIT, 4);
  if (mnIsGlobal) return direct(5, AWAIT, INITIATE, 4);
  // DC-15, DC-13
  return haveSameObservedAddress(mn, cn) ? { ...relayed(6), candidates: 'private too' } : relayed(7);
}

function relayed(rule: number): Rule {
  return { rule, mn: INITIATE, cn: AWAIT, relay: true, candidates: undefined };
}

function direct(rule: number, mn: number, cn: number, family: TwinFamily): Rule {
  return { rule, mn, cn, relay: false, candidates: family };
}

/** The endpoints of the far end that an end is told, each once, in order of preference (DC-35, 16.6). */
function candidates(
  of: View,
  which: Rule['candidates'],
  profile: Profile,
  none: { readonly virtual: readonly Prefix[]; readonly relays: readonly Endpoint[] },
): string[] {
  if (which === undefined) return [];
  const privateToo = which === 'private too';
  const family = privateToo ? 4 : which;
  const all = privateToo ? [...of.local, ...of.observed] : [...of.observed, ...of.local];
  const fit = all.filter((endpoint, i) => {
    if (endpoint.family !== family) return false;
    if (!privateToo && !isGlobalLocator(endpoint.address, profile)) return false;
    if (isNeverCandidate(endpoint.address, profile)) return false;
    if (isInsideAny(endpoint.address, none.virtual)) return false;
    if (none.relays.some((relay) => isSame(relay, endpoint))) return false;
    return all.findIndex((other) => isSame(other, endpoint)) === i;
  });
  return fit.slice(0, MOST_CANDIDATES).map(({ text }) => text);
}

/** The highest number that both lists have, 1 being in every list (DC-33). */
function commonSuite(mn: readonly number[], cn: readonly number[]): number {
  return Math.max(COMMON_SUITE, ...mn.filter((suite) => cn.includes(suite)));
}
