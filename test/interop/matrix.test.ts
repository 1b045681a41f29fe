/** The matrix of mixed implementations, in each form. */
import { describeCell, matrixMarkdown, matrixPage, matrixText } from '../../conformance/interop/matrix.ts';
import type { Cell, InteropReport } from '../../conformance/interop/run.ts';
import { LOOKS, Viewer, violations, why } from '../browser.ts';
import t from '../tap.ts';

const FAILED: Cell = {
  scenario: 'relay',
  mask: 'rs-s by B <b>|, else A',
  verdict: 'fail',
  reason: 'nothing\u001b[1m came',
  ms: 10_012,
};

const REPORT: InteropReport = {
  implementations: [
    { name: 'A', roles: ['dc', 'node'] },
    { name: 'B <b>|', roles: ['rs-s'] },
  ],
  scenarios: [
    { name: 'direct', title: 'two nodes' },
    { name: 'relay', title: 'by an RS-S' },
  ],
  cells: [
    { scenario: 'direct', mask: 'all by A', verdict: 'pass', reason: null, ms: 312 },
    { scenario: 'relay', mask: 'all by A', verdict: 'inconclusive', reason: 'no answer', ms: 5000 },
    FAILED,
  ],
};

t.test('as text: a column for each scenario, a row for each mixture', (t) => {
  t.equal(
    matrixText(REPORT),
    [
      '                        direct  relay',
      'all by A                ✓       ?',
      'rs-s by B <b>|, else A          ✗',
      '',
    ].join('\n'),
  );
  t.match(describeCell(FAILED), /^✗ relay: rs-s by B <b>\|, else A \(10\.0 s\): nothing.*came$/);
  t.equal(describeCell(FAILED).includes('\u001b'), false);
});

t.test('as Markdown and as a page: names are text, and what failed is told below', (t) => {
  const markdown = matrixMarkdown(REPORT);
  t.match(markdown, '| who plays what | direct | relay |');
  t.match(markdown, '| all by A | ✓ | ? |');
  t.equal(markdown.includes('<b>'), false);
  t.match(markdown, /- ✗ relay: rs-s by B .* nothing/);
  const page = matrixPage(REPORT);
  t.match(
    page,
    '<td data-verdict="pass" title="pass">✓</td><td data-verdict="inconclusive" title="no answer">?</td>',
  );
  t.match(page, 'B &lt;b&gt;|');
  t.equal(page.includes('B <b>'), false);
  t.match(page, '<h2>What did not pass</h2>');
});

t.test('in a browser: nothing that axe finds, nothing that sticks out', { skip: why }, async (t) => {
  const viewer = await Viewer.of(matrixPage(REPORT));
  t.teardown(() => viewer.close());
  for (const { name, ...look } of LOOKS) {
    const { page, said } = await viewer.open(look);
    t.same(await violations(page), [], name);
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), look.viewport.width, name);
    t.same(said, [], name);
    await page.context().close();
  }
});
