/** The keys that one handshake of a played channel gave. */

import type { ChannelKind } from '../../reference/crypto/keys.ts';
import { keyIdOf, trafficKeys } from '../../reference/crypto/keys.ts';
import type { Split } from '../../reference/crypto/noise.ts';

/** All that the tester knows of them, raw, so that a case can misuse them and a capture explain them. */
export interface PlayedKeys {
  readonly keyId: number;
  readonly suite: number;
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
  /** The handshake hash. */
  readonly hash: Uint8Array;
  readonly order: bigint;
  /** Whether the tester's end was the initiator. */
  readonly initiator: boolean;
  /** The next sequence to seal with. A case may set it; it is the case then that has to answer for reuse. */
  next: bigint;
  /** Whether something of the other end opened under these keys. */
  confirmed: boolean;
  /** Sequences that were sent under them. */
  readonly sent: Set<bigint>;
  /** The highest sequence that came under them. */
  highestReceived: bigint;
}

export function playedKeys(
  kind: ChannelKind,
  suite: number,
  split: Split,
  order: bigint,
  initiator: boolean,
): PlayedKeys {
  const { initiatorToResponder, responderToInitiator } = trafficKeys(kind, suite, split);
  return {
    keyId: keyIdOf(split.hash),
    suite,
    sendKey: initiator ? initiatorToResponder : responderToInitiator,
    receiveKey: initiator ? responderToInitiator : initiatorToResponder,
    hash: split.hash,
    order,
    initiator,
    next: 0n,
    confirmed: false,
    sent: new Set(),
    highestReceived: -1n,
  };
}
