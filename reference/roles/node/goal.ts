/** Whom a path is to reach, and how the DC is asked for it. [NODE-06, NODE-20] */
import type { Ip } from '../../address.ts';
import type { DirectionRequest } from '../../wire/messages.ts';
import { RelayKind } from '../../wire/registry.ts';

/** A peer that does not run NTMobile, by the RS at which the tunnel ends; none: an address is to be lent, no more. */
export interface GeneralPeer {
  readonly kind: typeof RelayKind.n | typeof RelayKind.t;
  readonly address: Ip | undefined;
}

export interface Goal {
  /** One a goal; of an NTM node it is the name. People read it, too. */
  readonly key: string;
  /** What a Direction Request says of it. */
  readonly asked: Pick<DirectionRequest, 'peerFqdn' | 'peerAddress' | 'want'>;
  /** Undefined for an NTM node. */
  readonly general: GeneralPeer | undefined;
}

/** An NTM node. @param name its FQDN */
export function nodeGoal(name: string): Goal {
  return { key: name, asked: { peerFqdn: name }, general: undefined };
}

/** A general peer by its real address, through an RS-N. [DNS-16] */
export function translatedGoal(address: Ip): Goal {
  return generalGoal({ kind: RelayKind.n, address });
}

/** A general peer by its real address, from an address that an RS-T lends; without a peer that address alone. */
export function transparentGoal(address?: Ip): Goal {
  return generalGoal({ kind: RelayKind.t, address });
}

function generalGoal(general: GeneralPeer): Goal {
  const { kind, address } = general;
  const by = kind === RelayKind.n ? 'RS-N' : 'RS-T';
  // No name has a blank in it.
  return {
    key: `${address ?? 'any'} by ${by}`,
    asked: { ...(address && { peerAddress: address }), want: kind },
    general,
  };
}
