/** Messages under the keys of one handshake, and the short way for Data. */
import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import type { Instant } from '../core.ts';
import type { Header } from '../wire/header.ts';
import { readDataHeader } from '../wire/header.ts';
import { MessageType } from '../wire/registry.ts';
import { openMessage, sealMessage } from '../wire/seal.ts';
import type { Addresses } from './addresses.ts';
import type { Handshake } from './handshake.ts';
import type { Keyring } from './keyring.ts';

/** The next message under some keys; counts it. It may be kept for as long as one likes. [TUN-03] */
export function seal(keys: Handshake, type: MessageType, context: Uint8Array, body: Uint8Array): Uint8Array {
  // Its memory may be shared with others.
  return sealNext(keys, type, context, body).slice();
}

function sealNext(keys: Handshake, type: MessageType, context: Uint8Array, body: Uint8Array): Uint8Array {
  const header: Header = { type, keyId: keys.keyId, context, sequence: keys.sent };
  keys.sent += 1n;
  return sealMessage(keys.sender, header, body);
}

/** Data of a path for as long as it changes nothing about the channel. */
export class DataPath {
  private readonly id: Uint8Array;
  private readonly keys: Keyring;
  private readonly addresses: Addresses;
  private readonly isOpening: () => boolean;

  constructor(id: Uint8Array, keys: Keyring, addresses: Addresses, isOpening: () => boolean) {
    this.id = id;
    this.keys = keys;
    this.addresses = addresses;
    this.isOpening = isOpening;
  }

  /**
   * Seals for a valid address, to be sent at once.
   * @returns undefined where the channel has to: there are no confirmed keys, or it is to be opened again.
   */
  seal(packet: Uint8Array, now: Instant): Uint8Array | undefined {
    const keys = this.keys.usable(now);
    if (keys === undefined || (!this.isOpening() && this.keys.isRekeyDue(now))) return undefined;
    return sealNext(keys, MessageType.data, this.id, packet);
  }

  /**
   * Opens what is under the keys in use and from the address in use of its slot.
   * @param accept decides about the content; what it does not take has not been here.
   */
  open<T>(
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
    accept: (payload: Uint8Array) => T | undefined,
  ): T | undefined {
    const keys = this.keys.usable(now);
    const current = this.addresses.validFor(from);
    if (keys === undefined || current === undefined || !sameEndpoint(current, from)) return undefined;
    const header = readDataHeader(bytes);
    if (header?.keyId !== keys.keyId || !keys.window.check(header.sequence)) return undefined;
    const payload = openMessage(keys.receiver, bytes);
    const accepted = payload && accept(payload);
    if (accepted !== undefined) keys.window.mark(header.sequence);
    return accepted;
  }
}
