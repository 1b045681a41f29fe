/** RS-T, the relay that lends addresses: to a general host its nodes are hosts of the relay's network. */
import type { RsTConfig } from '../../config/schema.ts';
import { timersFrom } from '../../config/timers.ts';
import type { Random, Role, TunnelHotTable } from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import { RelayKind } from '../../wire/registry.ts';
import { EndRelay } from '../relay/end-relay.ts';
import { EndTable } from '../relay/end-table.ts';
import type { Outlets } from '../relay/general-side.ts';
import { addresses, prefixes, testProfile } from '../settings.ts';
import { Lent } from './lent.ts';

/**
 * Makes an RS-T and its hot table from a configuration. Packets that it takes and delivers are the general side's.
 * @param aeads what makes the AEADs of paths; the runtime if not given
 */
export function createRsT(
  config: RsTConfig,
  random: Random,
  aeads?: MakeAead,
): { readonly role: Role; readonly tunnels: TunnelHotTable } {
  const { general, testProfile: profile } = config;
  const settings = {
    addresses: addresses(general.addresses),
    mtu: general.mtu,
    onlyAnswers: general.inbound === 'answers',
    quarantine: timersFrom(config.timers)['lease-quarantine'],
    capacity: config.capacity,
  };
  const rules = { allow: prefixes(general.allow), profile: testProfile(profile) };
  const side = (outlets: Outlets) => new Lent(settings, rules, outlets);
  const role = new EndRelay(config, RelayKind.t, side, random, aeads);
  return { role, tunnels: new EndTable(role.ways) };
}
