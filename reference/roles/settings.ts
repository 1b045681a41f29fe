/** From a role's configuration to what its channels and associations are made with. */
import type { Endpoint, Ip } from '../address.ts';
import { parseEndpoint, parseIp, sameEndpoint } from '../address.ts';
import { fromHex } from '../bytes.ts';
import type { ChannelConfig, ChannelTimers } from '../channel/types.ts';
import type { RelayConfig } from '../config/relay.ts';
import type { Timers } from '../config/timers.ts';
import type { ChannelKind } from '../crypto/keys.ts';
import type { Prefix, TestProfile } from '../locator.ts';
import { parsePrefix, reach } from '../locator.ts';
import { Suite } from '../wire/registry.ts';
import type { AssociationConfig } from './association/association.ts';

/** GEN-27: answers that one association keeps. */
export const ANSWERS_BOUND = 4096;

/** The timers of a channel of one kind. */
export function channelTimers(timers: Timers, kind: ChannelKind): ChannelTimers {
  const rekey = timers[`${kind}-rekey`];
  return {
    openingRepeat: timers['opening-repeat'],
    openingOver: timers['opening-over'],
    probeTry: timers['probe-try'],
    probeOver: timers['probe-over'],
    unconfirmed: timers.unconfirmed,
    oldKeys: timers['old-keys'],
    rekey,
    rekeyOtherEnd: timers['rekey-other-end'],
    keyLifetime: rekey + timers['key-lifetime-extra'],
    rekeyMessages: { 1: timers['rekey-messages'], 2: timers['rekey-messages-suite-2'] },
  };
}

/** The association of a relay with one DC. */
export function relayAssociation(
  config: RelayConfig,
  settings: RelayConfig['associations'][number],
  timers: Timers,
  usable: (endpoint: Endpoint) => boolean,
): AssociationConfig {
  const provisioned = endpoints(settings.endpoints);
  const channel: ChannelConfig = {
    kind: 'association',
    id: fromHex(settings.id),
    secret: fromHex(settings.secret),
    suite: Suite.chacha20Poly1305,
    self: fromHex(config.nodeId),
    peer: fromHex(settings.peer),
    opens: 'either',
    selfRole: 'rs',
    peerRole: 'dc',
    followsContext: false,
    addressing: 'one-a-family',
    usable: (endpoint) => usable(endpoint) || provisioned.some((known) => sameEndpoint(known, endpoint)),
    timers: channelTimers(timers, 'association'),
  };
  return {
    channel,
    endpoints: provisioned,
    answerCache: timers['answer-cache'],
    answerBound: ANSWERS_BOUND,
    retryMin: timers['register-retry-min'],
    retryMax: timers['register-retry-max'],
  };
}

/** Whether an endpoint can be another host's: a port, and an address that datagrams come from. [GEN-16] */
export function isLocator(endpoint: Endpoint, profile: TestProfile): boolean {
  return endpoint.port !== 0 && reach(endpoint.ip, profile) !== 'never';
}

/** The endpoints of a configuration, which its schema has checked. */
export function endpoints(texts: readonly string[]): Endpoint[] {
  return texts.map((text) => known(parseEndpoint(text), text));
}

/** The addresses of a configuration, which its schema has checked. */
export function addresses(texts: readonly string[]): Ip[] {
  return texts.map((text) => known(parseIp(text), text));
}

/** The same of prefixes. */
export function prefixes(texts: readonly string[] = []): Prefix[] {
  return texts.map((text) => known(parsePrefix(text), text));
}

export function testProfile(settings: RelayConfig['testProfile']): TestProfile {
  return { global: prefixes(settings?.global), private: prefixes(settings?.private) };
}

function known<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`the configuration's schema let pass: ${text}`);
  return value;
}
