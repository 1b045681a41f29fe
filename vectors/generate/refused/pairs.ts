/** Requests of 24 pairs and more: who looks for their transaction at offset 1 answers nothing. */
import { concat } from '../../../reference/bytes.ts';
import { unknownEntries } from '../bodies/pairs.ts';
import type { Datagrams } from './datagrams.ts';
import { direction, probe } from './datagrams.ts';
import { toRelay } from './world.ts';

const ONE_BYTE_HEAD = 1;
const TWO_BYTE_HEAD = 2;

export function datagramsOfManyPairs(family: Datagrams): void {
  const answer = (status: number) => ({ effect: 'answer', status }) as const;
  const probeOf = (total: number) => probe(...unknownEntries(total - 1));
  const toDc = (content: Uint8Array) => toRelay('dc', 0x0d, 10n, content);
  const taken = (total: number, comment: string) =>
    family.taken(
      `probe.pairs-${total}`,
      comment,
      ['GEN-08', 'GEN-07'],
      'associated',
      'dc',
      toDc(probeOf(total)),
      answer(0),
    );
  const of23 = taken(23, 'A probe of 23 pairs.');
  const of24 = taken(24, 'A probe of 24 pairs: the head of the map has two bytes.');
  taken(256, 'A probe of 256 pairs: the head of the map has three bytes.');
  const fresh = new Uint8Array(8).fill(0x98);
  family.taken(
    'direction.pairs-24',
    'A Relay Direction of 24 pairs.',
    ['GEN-08', 'GEN-07', 'RS-02'],
    'associated',
    'dc',
    toRelay('dc', 0x07, 10n, direction(fresh, unknownEntries(19))),
    answer(0),
  );

  const long = concat(Uint8Array.of(0xb8, 23), probeOf(23).slice(ONE_BYTE_HEAD));
  const longer = concat(Uint8Array.of(0xb9, 0, 24), probeOf(24).slice(TWO_BYTE_HEAD));
  family.refused(
    of23,
    'body.pairs-23-in-two',
    '23 pairs, their number in two bytes.',
    ['GEN-08'],
    'body',
    { datagram: toDc(long) },
    'encoding',
  );
  family.refused(
    of24,
    'body.pairs-24-in-three',
    '24 pairs, their number in three bytes.',
    ['GEN-08'],
    'body',
    { datagram: toDc(longer) },
    'encoding',
  );
  family.refused(
    of24,
    'body.pairs-24-critical',
    'A critical key among 24 pairs.',
    ['GEN-07', 'GEN-23'],
    'body',
    { datagram: toDc(probe(...unknownEntries(22), [0x8000, 0])) },
    'schema',
    2,
  );
}
