/** The NTM record: what DNS says of a zone's DC or of a node. [DNS-19] */
import type { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { CborValue } from '../wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../wire/cbor.ts';
import { FIELDS } from '../wire/fields.ts';
import { hasCritical, nameFields, numberFields, shapeOf } from '../wire/shape.ts';

const NTM_RECORD = shapeOf(
  FIELDS,
  ['nodeId', 'dcEndpoints'],
  ['fqdn', 'localEndpoints', 'virtualAddresses', 'observedEndpoints'],
);

/** `nodeId` is the DC's in the record of an apex, the node's in its own; `dcEndpoints` are those of the DC. */
export type NtmRecord = Readonly<z.output<(typeof NTM_RECORD)['schema']>>;

/** The RDATA of a record. @throws if it does not fit the schema. */
export function encodeNtmRecord(record: NtmRecord): Uint8Array {
  return encodeCbor(numberFields(NTM_RECORD, NTM_RECORD.schema.encode(record)));
}

/** Reads RDATA; undefined for a record that is to be ignored. [DNS-27] */
export function decodeNtmRecord(rdata: Uint8Array): NtmRecord | undefined {
  const decoded = decodeCbor(rdata);
  if (decoded instanceof Refusal || decoded.kind === 'forbidden' || !(decoded.value instanceof Map))
    return undefined;
  const map: ReadonlyMap<CborValue, CborValue> = decoded.value;
  if (hasCritical(map, FIELDS)) return undefined;
  const { raw, wrong } = nameFields(NTM_RECORD, map, FIELDS);
  if (wrong.length > 0) return undefined;
  return NTM_RECORD.schema.safeParse(raw).data;
}
