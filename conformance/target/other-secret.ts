/** What a target without an adapter shows of its configuration by the openings that it sends by itself. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { PlayedChannel } from '../played/channel.ts';

type Association = Pick<PlayedChannel, 'id' | 'unverified' | 'keys'>;

export interface OpenedTo {
  /** As the person who provisioned it knows it. */
  readonly name: string;
  readonly local: Endpoint | undefined;
  readonly association: Association;
}

/** Whether the target opened an association by itself, and nothing of that verifies. */
export function isOfOtherSecret({ unverified, keys }: Pick<Association, 'unverified' | 'keys'>): boolean {
  return unverified > 0 && keys.length === 0;
}

/** @returns undefined if nothing is wrong that shows */
export function otherSecret(peers: readonly OpenedTo[]): string | undefined {
  const wrong = peers.filter(({ association }) => isOfOtherSecret(association));
  const named = wrong.map(({ name, local, association }) => {
    const where = local === undefined ? '' : ` at ${formatEndpoint(local)}`;
    return `${toHex(association.id)} (${name}${where})`;
  });
  if (named.length === 0) return undefined;
  const list = named.length === 1 ? `association ${named[0]}` : `the associations ${named.join(' and ')}`;
  return `the target has another secret or Node ID for ${list} than ntm-conform provision wrote: its own message 1 there does not verify`;
}
