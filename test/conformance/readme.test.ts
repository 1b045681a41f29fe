/** What the README shows of a run is what a run says: versions, the number of cases, and the cases that it has. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { versions } from '../../conformance/cli/own-files.ts';
import { ROLES } from '../../conformance/roles.ts';
import t from '../tap.ts';

const file = new URL('../../README.md', import.meta.url);
const { suite, spec } = versions();
const slow = ALL_CASES.filter(({ needs }) => needs.includes('slow')).length;
/** The reference that comes with it forwards in user space. */
const others = ALL_CASES.filter(({ features }) => features.includes('kernel')).length;
const passed = ALL_CASES.length - slow - others;

/** How a line begins that has to be there once, and what it says there. */
const LINES: readonly (readonly [begin: RegExp, says: string])[] = [
  [
    /^Target embedded, ntmobile reference \S+ roles [a-z -]+,/gm,
    `Target embedded, ntmobile reference ${suite}, roles ${ROLES.join(' ')},`,
  ],
  [/^Suite \S+ spec \S+,/gm, `Suite ${suite}, spec ${spec},`],
  [
    /^\d+ cases: .*(?= in [\d.]+ s$)/gm,
    `${ALL_CASES.length} cases: ${passed} passed, ${slow} not exercised (waits long: run it with --slow), ${others} not applicable`,
  ],
];

t.test('versions and the number of cases', (t) => {
  if (process.env.NTM_GOLDEN === 'write') {
    const text = LINES.reduce((all, [begin, says]) => all.replace(begin, says), readFileSync(file, 'utf8'));
    writeFileSync(file, text);
  }
  const text = readFileSync(file, 'utf8');
  for (const [begin, says] of LINES) {
    const found = text.match(begin) ?? [];
    t.same(found, [says], `README.md: write "${says}", or let npm run goldens do it`);
  }
});

t.test('each case that it shows is there, with that title and these clauses', (t) => {
  const shown = readFileSync(file, 'utf8').matchAll(/^ {4}✓ (.+?) {2}(\S+) (.+)$/gm);
  let count = 0;
  for (const [, title, id = '', list = ''] of shown) {
    count++;
    const info = ALL_CASES.find((one) => one.id === id);
    t.equal(info?.title, title, id);
    const clauses = list.split(' ').filter((word) => word !== '...');
    t.same(info?.clauses.slice(0, clauses.length), clauses, id);
  }
  t.ok(count >= 3);
});
