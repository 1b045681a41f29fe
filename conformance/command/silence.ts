/** Why a target without an adapter answers no opening, as far as that can be told from outside. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { count } from '../reporters/text.ts';
import type { HeardFrom } from '../target/heard.ts';
import type { Provisioned } from '../target/provisioned.ts';

/**
 * Sentences for a person.
 * @param config what the target has to be configured with
 * @param trouble what the target's own messages show
 */
export function whySilent(
  at: Endpoint,
  { associations }: Pick<Provisioned, 'associations'>,
  heard: HeardFrom,
  trouble: string | undefined,
): string {
  const where = formatEndpoint(at);
  if (trouble !== undefined) return `${trouble.charAt(0).toUpperCase()}${trouble.slice(1)}.`;
  const dcs = associations.flatMap((association) =>
    association.peerRole === 'dc' ? (association.endpoints ?? []) : [],
  );
  const causes =
    'Has it the secrets, association IDs and Node ID that ntm-conform provision wrote, ' +
    `and the DCs at ${dcs.join(' and ')}?`;
  if (heard.count === 0)
    return `Message 1 went to ${where}, and nothing came back. Is the target running there, and does UDP get through? ${causes}`;
  const came = `${count(heard.count, 'datagram')} came from ${where}, but no message 2`;
  return `${came} (the first begins with ${toHex(heard.begin) || 'nothing'}). Is it the target that listens there? ${causes}`;
}
