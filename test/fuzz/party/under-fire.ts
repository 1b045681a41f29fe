/** The roles that are attacked among far ends of their own. */
import type { Dice } from '../dice.ts';
import type { FuzzedRole } from '../layers.ts';
import { dcUnderFire } from './dc.ts';
import { nodeUnderFire } from './node.ts';
import { relayEndUnderFire } from './relay-end.ts';
import type { Side } from './side.ts';

export type PartyRole = Exclude<FuzzedRole, 'rs-s' | 'translator'>;

type UnderFire = (seed: string, way?: 'exact' | 'lossy') => { readonly side: Side; readonly dice: Dice };

export const UNDER_FIRE: Readonly<Record<PartyRole, UnderFire>> = {
  dc: dcUnderFire,
  node: nodeUnderFire,
  'rs-n': (seed, way) => relayEndUnderFire('rs-n', seed, way),
  'rs-t': (seed, way) => relayEndUnderFire('rs-t', seed, way),
};
