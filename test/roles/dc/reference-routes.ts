/** The route decision of the reference, asked in the words of the twin's port. */
import type {
  TwinDirectionInput,
  TwinNodeInformation,
  TwinPrefixes,
  TwinRelayEnd,
  TwinRelayEndInput,
  TwinRoute,
  TwinSituation,
} from '../../../conformance/twin-routes.ts';
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { family, formatEndpoint, parseIp, sameEndpoint } from '../../../reference/address.ts';
import type { Prefix, TestProfile } from '../../../reference/locator.ts';
import { isIn, parsePrefix } from '../../../reference/locator.ts';
import { commonSuite } from '../../../reference/roles/dc/direction/bodies.ts';
import { candidatesFor } from '../../../reference/roles/dc/direction/candidates.ts';
import { relaysFor } from '../../../reference/roles/dc/direction/general-relays.ts';
import { informationOf } from '../../../reference/roles/dc/direction/information.ts';
import { decideRelayEnd } from '../../../reference/roles/dc/direction/relay-end.ts';
import { decideRoute } from '../../../reference/roles/dc/direction/route.ts';
import type { Situation } from '../../../reference/roles/dc/direction/situation.ts';
import { situationFrom, situationOf } from '../../../reference/roles/dc/direction/situation.ts';
import type { Registered, RegisteredRelay } from '../../../reference/roles/dc/parts.ts';
import { endpoint } from '../../channel/pair.ts';

const prefixes = (texts: readonly string[]): readonly Prefix[] =>
  texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new Error(`no prefix: ${text}`);
    return prefix;
  });

function profileOf({ testGlobal, testPrivate }: TwinPrefixes): TestProfile {
  return { global: prefixes(testGlobal), private: prefixes(testPrivate) };
}

function situation(of: TwinSituation, profile: TestProfile): Situation {
  const seen = {
    localEndpoints: of.localEndpoints.map(endpoint),
    observedEndpoints: of.observedEndpoints.map(endpoint),
    features: of.features,
  };
  return of.nattedFamilies === undefined
    ? situationOf(seen, profile)
    : situationFrom(seen, new Set(of.nattedFamilies), profile);
}

/** What the reference decides. */
export function referenceRoute(input: TwinDirectionInput): TwinRoute {
  const profile = profileOf(input);
  const virtual = prefixes(input.virtualPrefixes);
  const relays = (input.relayEndpoints ?? []).map(endpoint);
  const [mn, cn] = [situation(input.mn, profile), situation(input.cn, profile)];
  const decision = decideRoute(mn, cn, input);
  const isExcluded = (one: Endpoint): boolean =>
    virtual.some((prefix) => isIn(one.ip, prefix)) || relays.some((relay) => sameEndpoint(relay, one));
  const of = (end: Situation): string[] =>
    decision.candidates === undefined
      ? []
      : candidatesFor(end, decision, profile, isExcluded).map(formatEndpoint);
  return {
    rule: decision.rule,
    parts: { mn: decision.mn, cn: decision.cn },
    relay: decision.hasRelay,
    candidates: { mn: of(cn), cn: of(mn) },
    suite: commonSuite(input.mn.suites, input.cn.suites),
  };
}

/** What the reference decides for a general peer, or for nobody. */
export function referenceRelayEnd({
  want,
  peerAddress,
  virtualAddresses,
  relays,
}: TwinRelayEndInput): TwinRelayEnd {
  const ip = (text: string): Ip => parseIp(text) as Ip;
  const peer = peerAddress === undefined ? undefined : ip(peerAddress);
  const { rule, kind, mn, standIn } = decideRelayEnd(want, peer, virtualAddresses.map(ip));
  const registered = relays.map(({ endpoints, pool }) => {
    const of = { peer: { lent: pool.map(ip) }, endpoints: endpoints.map(endpoint) };
    return of as unknown as RegisteredRelay;
  });
  const offered = registered.filter((_, place) => relays[place]?.kind === kind);
  const found = relaysFor(offered, kind, new Set([4, 6]), peer).map((one) => registered.indexOf(one));
  return { rule, kind, part: mn, ...(standIn !== undefined && { standsFor: standIn }), relays: found };
}

/** What the reference tells another DC of a node of its own. */
export function referenceInformation(of: TwinSituation, given: TwinPrefixes): TwinNodeInformation {
  const observed = Object.fromEntries(of.observedEndpoints.map(endpoint).map((one) => [family(one.ip), one]));
  const registered: Registered = {
    peer: { is: 'node', name: 'a.ntmobile.example' } as Registered['peer'],
    nodeId: new Uint8Array(16),
    instance: new Uint8Array(8),
    name: 'a.ntmobile.example',
    locals: of.localEndpoints.map(endpoint),
    observed,
    virtualAddresses: [],
    features: of.features,
    suites: of.suites,
    observedUntil: Number.POSITIVE_INFINITY,
    expiresAt: 0,
  };
  const told = informationOf(registered, new Uint8Array(8), profileOf(given));
  return {
    nattedFamilies: told.nattedFamilies.filter((one) => one === 4 || one === 6),
    observedEndpoints: told.observedEndpoints.map(formatEndpoint),
    localEndpoints: told.localEndpoints.map(formatEndpoint),
  };
}
