/** Messages that change another server's zone: RFC 2136. [DNS-26] */
import { concat } from '../../bytes.ts';
import { IN, Type } from '../query.ts';
import { encodeName } from '../zone/names.ts';
import { SOA } from '../zone/records.ts';
import type { ZoneRecord } from '../zone/zone.ts';

/** All records of some types at one name, in place of whatever there was of these types. */
export interface Replacement {
  readonly name: string;
  readonly types: readonly number[];
  /** Of these types; their `ttl` is what counts. */
  readonly records: readonly Pick<ZoneRecord, 'type' | 'data' | 'ttl'>[];
}

/** Types that a DC may have put there. */
export const PUBLISHED_TYPES: readonly number[] = [Type.ntm, Type.a, Type.aaaa];

const OPCODE = 5 << 11;
const ANY = 255;

/** One update of a zone. @param id u16 */
export function updateMessage(zone: string, replacements: readonly Replacement[], id: number): Uint8Array {
  const records = replacements.flatMap(({ name, types, records: added }) => {
    const owner = encodeName(name);
    return [
      // RFC 2136, 2.5.2: the whole set goes.
      ...types.map((type) => record(owner, type, ANY, 0, new Uint8Array(0))),
      ...added.map(({ type, data, ttl }) => record(owner, type, IN, ttl, data)),
    ];
  });
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint16(0, id);
  view.setUint16(2, OPCODE);
  view.setUint16(4, 1);
  view.setUint16(8, records.length);
  return concat(header, encodeName(zone), Uint8Array.of(0, SOA, 0, IN), ...records);
}

function record(owner: Uint8Array, type: number, klass: number, ttl: number, data: Uint8Array): Uint8Array {
  const fixed = new Uint8Array(10);
  const view = new DataView(fixed.buffer);
  view.setUint16(0, type);
  view.setUint16(2, klass);
  view.setUint32(4, ttl);
  view.setUint16(8, data.length);
  return concat(owner, fixed, data);
}
