/** RS-N, the relay that translates addresses: for a general host its nodes are this relay. */
import type { RsNConfig } from '../../config/schema.ts';
import { timersFrom } from '../../config/timers.ts';
import type { Random, Role, TunnelHotTable } from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import { RelayKind } from '../../wire/registry.ts';
import { EndRelay } from '../relay/end-relay.ts';
import { EndTable } from '../relay/end-table.ts';
import { addresses, prefixes, testProfile } from '../settings.ts';
import { Napt } from './napt/napt.ts';
import type { NaptConfig } from './napt/types.ts';
import { DEFAULTS } from './napt/types.ts';
import { Translated } from './translated.ts';

/**
 * Makes an RS-N and its hot table from a configuration. Packets that it takes and delivers are the general side's.
 * @param aeads what makes the AEADs of paths; the runtime if not given
 */
export function createRsN(
  config: RsNConfig,
  random: Random,
  aeads?: MakeAead,
): { readonly role: Role; readonly tunnels: TunnelHotTable } {
  const { general, testProfile: profile } = config;
  const translation = translationOf(config);
  const napt = new Napt(translation, random);
  const rules = { allow: prefixes(general.allow), profile: testProfile(profile) };
  const role = new EndRelay(
    config,
    RelayKind.n,
    (outlets) => new Translated(napt, translation, rules, outlets),
    random,
    aeads,
  );
  return { role, tunnels: new EndTable(role.ways) };
}

function translationOf({ general, timers: settings }: RsNConfig): NaptConfig {
  const { mappings, mappingsPerNode, mtu } = general;
  const timers = timersFrom(settings);
  return {
    ...DEFAULTS,
    addresses: addresses(general.addresses),
    mtu,
    bounds: { ...DEFAULTS.bounds, mappings, mappingsPerNode },
    timers: {
      ...DEFAULTS.timers,
      udp: timers['nat-udp'],
      established: timers['nat-tcp'],
      transitory: timers['nat-tcp-transitory'],
      echo: timers['nat-echo'],
      released: timers['nat-released'],
    },
  };
}
