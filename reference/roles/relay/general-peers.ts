import type { Ip } from '../../address.ts';
import { parseIp } from '../../address.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { isIn, reach } from '../../locator.ts';
import { behindNat64 } from '../../nat64.ts';

/** Where clouds tell their hosts who they are, secrets too. [RSN-08] */
const METADATA: ReadonlySet<Ip> = new Set(
  ['169.254.169.254', 'fd00:ec2::254'].map((text) => parseIp(text) as Ip),
);

/** What may be a general peer of a relay. [RSN-08, RST-10, GEN-16] */
export interface PeerRules {
  /** The relay's own, of both sides. */
  readonly own: (ip: Ip) => boolean;
  /** Private networks that it is to reach all the same. */
  readonly allow: readonly Prefix[];
  readonly profile: TestProfile;
}

export function mayBePeer(ip: Ip, rules: PeerRules): boolean {
  const { own, allow, profile } = rules;
  if (own(ip)) return false;
  if (allow.some((prefix) => isIn(ip, prefix))) return true;
  const behind = behindNat64(ip);
  if (behind !== undefined && !mayBePeer(behind, rules)) return false;
  return reach(ip, profile) === 'global' && !METADATA.has(ip);
}
