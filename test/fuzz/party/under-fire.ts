/** The roles that are attacked among far ends of their own. */
import type { Dice } from '../dice.ts';
import type { FuzzedRole } from '../layers.ts';
import { dcUnderFire } from './dc.ts';
import { nodeUnderFire } from './node.ts';
import type { Side } from './party.ts';
import { relayEndUnderFire } from './relay-end.ts';

export type PartyRole = Exclude<FuzzedRole, 'rs-s' | 'translator'>;

export const UNDER_FIRE: Readonly<
  Record<PartyRole, (seed: string) => { readonly side: Side; readonly dice: Dice }>
> = {
  dc: dcUnderFire,
  node: nodeUnderFire,
  'rs-n': (seed) => relayEndUnderFire('rs-n', seed),
  'rs-t': (seed) => relayEndUnderFire('rs-t', seed),
};
