/** Opens the page of the golden report in a browser: what axe finds, and what its script does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { renderHtml } from '../../conformance/report-page/page.ts';
import { LOOKS, Viewer, violations, why } from '../browser.ts';
import t from '../tap.ts';
import { context, report } from './golden.ts';
import { hostile } from './hostile.ts';

t.test('in a browser', { skip: why }, async (t) => {
  const viewer = await Viewer.of(renderHtml(report, context));
  t.teardown(() => viewer.close());
  const open = (options: BrowserContextOptions, hash?: string) => viewer.open(options, hash);
  const shown = (page: Page): Promise<string[]> =>
    page.locator('details.case:visible').evaluateAll((found) => found.map(({ id }) => id));

  for (const { name, ...look } of LOOKS)
    await t.test(`accessible: ${name}`, async (t) => {
      const { page, said } = await open(look);
      t.same(await violations(page), [], 'as it opens');
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      t.same(await violations(page), [], 'with all open');
      t.equal(
        await page.evaluate('document.documentElement.scrollWidth'),
        look.viewport.width,
        'nothing sticks out',
      );
      t.same(said, []);
      await page.context().close();
    });

  await t.test('what is too pale would be found', async (t) => {
    const { page } = await open({});
    await page.evaluate("document.querySelector('h1').style.color = '#eee'");
    t.match((await violations(page)).join('; '), /^color-contrast: <h1/);
  });

  await t.test('filters', async (t) => {
    const { page, said } = await open({});
    const all = report.cases.map(({ id }) => id).sort();
    t.same((await shown(page)).sort(), all);
    await page.getByLabel('Text or clause').fill('rss-03 held');
    t.same(await shown(page), ['rs-s.forward.held']);
    await page.getByRole('combobox', { name: 'Verdict' }).selectOption('pass');
    t.same(await shown(page), []);
    t.ok(await page.getByText('No case is like that.').isVisible());
    await page.getByLabel('Text or clause').fill('');
    await page.getByRole('combobox', { name: 'Role' }).selectOption('codec');
    t.same(await shown(page), ['codec.header.bytes']);
    t.equal(await page.locator('output').innerText(), '1 of 13');
    t.equal(await page.getByRole('heading', { name: '9. Relays' }).isVisible(), false);
    await page.getByRole('link', { name: 'What goes in at one leg' }).click();
    t.same((await shown(page)).sort(), all, 'a link to what is filtered away shows all');
    t.same(said, []);
  });

  await t.test('links open what they point at', async (t) => {
    const { page } = await open({}, '#rs-s.forward.waived');
    t.ok(await page.getByText('hardware queue of one').isVisible());
    await page.locator('[id="rs-s.forward.waived"]').getByRole('link', { name: 'RSS-02' }).click();
    await page.waitForURL(/#RSS-02$/);
    t.ok(await page.locator('[id="RSS-02"]').isVisible());
  });

  await t.test('copies the command, by keyboard', async (t) => {
    const { page } = await open({});
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const failed = page.locator('[id="rs-s.forward.unchanged"]');
    await failed.getByRole('button', { name: 'Copy' }).focus();
    await page.keyboard.press('Enter');
    await failed.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    t.equal(copied, 'ntm-conform --target 192.0.2.1:4330 --replay 1-rs-s.forward.unchanged-7-0:2');
  });

  await t.test('runs nothing that a target said', async (t) => {
    const evil = join(viewer.folder, 'hostile.html');
    writeFileSync(evil, renderHtml(hostile(), context));
    const { page, said } = await open({});
    page.on('dialog', async (dialog) => {
      said.push(dialog.message());
      await dialog.dismiss();
    });
    await page.goto(pathToFileURL(evil).href);
    await page.getByRole('button', { name: 'Open all' }).click();
    for (const title of await page.locator('summary .title').all()) await title.hover();
    t.equal(await page.locator('script').count(), 1);
    t.same(
      said.filter((line) => line !== pathToFileURL(evil).href),
      [],
    );
    t.same(await violations(page), []);
  });

  await t.test('is readable without scripts', async (t) => {
    const { page } = await open({ javaScriptEnabled: false });
    t.notOk(await page.getByText('Text or clause').isVisible());
    t.notOk(await page.getByRole('button').first().isVisible());
    await page.locator('[id="rs-s.forward.held"] > summary').click();
    t.ok(await page.getByText('the relay entry was not made').first().isVisible());
  });
});
