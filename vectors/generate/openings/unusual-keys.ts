/** Keys that X25519 takes, and that look as if they were none. */
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { message1, message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { Family } from '../vector.ts';
import type { Opening } from './opening.ts';

/** Public keys that RFC 7748, 5, has to be taken like others. */
export function unusualKeys(family: Family, { setting, vectors }: Opening): void {
  const r = draw('openings unusual: r', 32);
  const P = fromHex(`ed${'ff'.repeat(30)}7f`);
  const cases: [string, string, Uint8Array][] = [];
  const top = publicOf(draw('openings unusual: e', 32));
  top[31] = (top[31] ?? 0) | 0x80;
  cases.push(['high-bit', 'The highest bit of a public key is ignored by X25519, not by the hash.', top]);
  for (const more of [9, 18]) {
    const E = P.slice();
    E[0] = (E[0] ?? 0) + more;
    cases.push([`above-p-${more}`, `A public key of 2^255 - 19 + ${more} counts as ${more}.`, E]);
  }
  for (const [name, comment, E] of cases) {
    const first = message1(setting, setting.channel, 1n, E);
    const second = message2(setting, first, publicOf(r), sharedOf(r, E));
    family.valid(`public-key.${name}`, {
      clauses: ['KEY-01'],
      comment,
      source: 'RFC 7748, section 5',
      call: 'open-respond',
      input: { ...setting, request: first.datagram, ephemerals: [r], held: [] },
      steps: { ...first.steps, ...second.steps },
      output: { datagram: second.datagram, ...second.opened },
    });
  }
  const clamped = fromHex(String(vectors.initiate.input.ephemeral));
  clamped[0] = (clamped[0] ?? 0) ^ 0x07;
  clamped[31] = (clamped[31] ?? 0) ^ 0xc0;
  const first = message1(setting, setting.channel, 1n, publicOf(clamped));
  if (toHex(first.datagram) !== vectors.initiate.output?.datagram)
    throw new Error('clamping changed the key');
  family.valid('private-key.clamped', {
    clauses: ['KEY-01'],
    comment: 'A secret that differs in the five bits that X25519 sets itself has the same public key.',
    source: 'RFC 7748, section 5',
    call: 'open-initiate',
    input: { ...setting, context: setting.channel, order: 1n, ephemeral: clamped },
    steps: first.steps,
    output: { datagram: first.datagram },
  });
}
