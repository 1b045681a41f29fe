/** Section 6: what bodies have to be like. */
import fc from 'fast-check';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { answeredFault } from '../../intent.ts';

interface Broken {
  readonly fault: string;
  readonly fields: Fields;
}

/** Relay Directions in which exactly one field is not what the registry says. */
const BROKEN: readonly Broken[] = [
  { fault: 'a Path ID of 15 bytes', fields: { pathId: new Uint8Array(15) } },
  { fault: 'a Path ID of 17 bytes', fields: { pathId: new Uint8Array(17) } },
  { fault: 'no Path ID', fields: { pathId: undefined } },
  { fault: 'no kind', fields: { kind: undefined } },
  { fault: 'no legs', fields: { legs: undefined } },
  { fault: 'an empty list of legs', fields: { legs: [] } },
  { fault: 'no lifetime', fields: { lifetime: undefined } },
  { fault: 'a lifetime that is text', fields: { lifetime: '120' as CborValue } },
  { fault: 'a status that is text, where a status is ignored', fields: { status: 'ok' } },
];

export const SCHEMA_CASES: readonly Case[] = [
  propertyCase({
    id: 'rs-s.schema.relay-direction',
    title: 'A Relay Direction with one field that is missing or of another form is answered malformed.',
    clauses: ['GEN-23', 'ERR-01'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'A field that is not checked, or silence where an answer is due.',
    arbitrary: fc.constantFrom(...BROKEN),
    boundaries: BROKEN,
    async script(world, { fault, fields }) {
      const { dc } = await world.rs();
      const content = dc.relayDirection(dc.plan(), fields);
      const answer = await dc.direct(content, { intent: answeredFault(fault, Status.malformed) });
      world.status(answer, Status.malformed);
    },
  }),
];
