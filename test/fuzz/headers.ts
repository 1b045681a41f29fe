/** The first four checks of section 16.11, from the specification's text, to compare the RS-S with. */

const TYPES = 0x11;

/** The layer that must refuse a datagram that is not relayed, if one of the first four does. [GEN-19] */
export function headerLayer(bytes: Uint8Array): 'length' | 'magic' | 'type' | 'key-id-zero' | undefined {
  const [magic = 0, type = 0, high = 0, low = 0] = bytes;
  const isOpening = type === 0x0b || type === 0x0c;
  const isKnown = type >= 1 && type <= TYPES;
  if (bytes.length < 44) return 'length';
  if (magic !== 5) return 'magic';
  if (isOpening && bytes.length !== 76) return 'length';
  if (isKnown && !isOpening && type !== 0x10 && bytes.length > 1500) return 'length';
  if (!isKnown) return 'type';
  if (isOpening !== (high === 0 && low === 0)) return 'key-id-zero';
  return undefined;
}
