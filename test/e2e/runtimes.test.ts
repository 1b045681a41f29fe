/** The same seed sends the same, and is judged the same, on Node, Deno and Bun. */
import fc from 'fast-check';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { stride } from '../lab/share.ts';
import t from '../tap.ts';
import { isLong, onlyOnNode, RUNTIMES, start } from './runtimes.ts';

const SEED = 'three runtimes';

/** In the short form every third case. */
const { step, first } = isLong ? stride('runtimes') : { step: 3, first: 0 };

for (const depth of isLong ? ['quick', 'default'] : ['quick']) {
  t.test(`each case sends the same on Node, Deno and Bun: ${depth}`, { skip: onlyOnNode }, async (t) => {
    const outputs: string[][] = [];
    for (const name of RUNTIMES) {
      const began = performance.now();
      const { status, out, err } = await start(name, 'test/e2e/programs/hashes.ts', [
        SEED,
        depth,
        `${step}`,
        `${first}`,
      ]).ended;
      t.comment(
        `${name}: ${step === 1 ? 'all' : `1 of ${step}, from ${first} on`}: ${Math.round((performance.now() - began) / 100) / 10} s`,
      );
      t.same([status, err], [0, ''], `${name} ends well`);
      outputs.push(out.trimEnd().split('\n'));
    }
    const [node = [], ...others] = outputs;
    t.ok(node.length > 300 / step, 'enough cases');
    // What scans the datagrams of others sends none of its own; forwarding in the kernel is not there in virtual time.
    const sends = /^[a-z-]+\.run\.\S+ pass $|^rs-s\.forward\.kernel not-applicable $|^\S+ pass [0-9a-f]{64}$/;
    const bad = node.filter((line) => !sends.test(line));
    t.same(bad, [], 'each case passes and has a hash');
    for (const [index, other] of others.entries()) {
      t.same(other, node, `${RUNTIMES[index + 1]} as Node`);
    }
  });
}

t.test('no input is shown as source text, of which each runtime has its own', (t) => {
  const shown = ALL_CASES.flatMap((info) => {
    if (info.kind !== 'property') return [];
    const inputs = [...info.boundaries, ...fc.sample(info.arbitrary, { numRuns: 100, seed: 1 })];
    return inputs.map((input) => `${info.id} ${fc.stringify(input)}`);
  });
  t.same(
    shown.filter((text) => /=>|\bfunction\b|\breturn\b/.test(text)),
    [],
  );
});
