/** The vectors of whole exchanges, on the twin, which reads them from secrets and ephemeral keys alone. */
import type { SequenceChannel, SequenceDatagram, SequenceFinding } from '../../conformance/twin/index.ts';
import { readSequence } from '../../conformance/twin/index.ts';
import t from '../tap.ts';
import { loadVectors } from './load.ts';

interface Input {
  readonly channels: readonly SequenceChannel[];
  readonly datagrams: readonly SequenceDatagram[];
}

const vectors = loadVectors().filter(({ call }) => call === 'read-sequence');

/** A finding as it stands in a vector: without the words for why something is wrong. */
function shown(finding: SequenceFinding): object {
  if (!('wrong' in finding)) return finding;
  const { wrong, ...about } = finding;
  const { layer, status } = wrong;
  return { ...about, refused: status === undefined ? { layer } : { layer, status } };
}

t.test('each datagram says what its vector says', (t) => {
  t.ok(vectors.length >= 12);
  for (const { id, input, output } of vectors) {
    const { channels, datagrams } = input as unknown as Input;
    t.same(readSequence(channels, datagrams).map(shown), output?.findings, id);
  }
});

t.test('one ephemeral key of each opening is enough', (t) => {
  for (const [kept, dropped] of [
    ['0b', '0c'],
    ['0c', '0b'],
  ]) {
    for (const { id, input, output } of vectors) {
      const { channels, datagrams } = input as unknown as Input;
      // An opening that nobody answered is read without its key too.
      const fewer = datagrams.map(({ ephemeral, ...rest }) =>
        rest.bytes.slice(2, 4) === dropped || ephemeral === undefined ? rest : { ...rest, ephemeral },
      );
      t.same(readSequence(channels, fewer).map(shown), output?.findings, `${id} by those of ${kept}`);
    }
  }
});

t.test('all types of message are among them', (t) => {
  const findings = vectors.flatMap(({ output }) => output?.findings as { type: number }[]);
  const types = [...new Set(findings.map(({ type }) => type))].sort((a, b) => a - b);
  t.same(
    types,
    Array.from({ length: 17 }, (_, i) => i + 1),
  );
});
