/** Opens the page of the golden report in a browser: what axe finds, and what its script does. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { renderHtml } from '../../conformance/report-page/page.ts';
import t, { runtime } from '../tap.ts';
import { context, report } from './golden.ts';
import { hostile } from './hostile.ts';

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((file) => existsSync(file));
const why =
  runtime !== 'node'
    ? 'the browser is driven from Node'
    : program === undefined
      ? 'chromium is not installed'
      : false;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on a page as it stands. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))",
  );
}

t.test('in a browser', { skip: why }, async (t) => {
  const { chromium } = await import('playwright-core');
  const folder = mkdtempSync(join(tmpdir(), 'ntm-page-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, renderHtml(report, context));
  const url = pathToFileURL(file).href;
  // Without a sandbox: the page is our own, and root has none.
  const browser: Browser = await chromium.launch({
    ...(program !== undefined && { executablePath: program }),
    args: ['--no-sandbox'],
  });
  t.teardown(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** The page with all that it logs, and with what it asks the network for. */
  const open = async (options: BrowserContextOptions, hash = '') => {
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(10_000);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) said.push(request.url());
    });
    await page.goto(url + hash);
    return { page, said };
  };
  const shown = (page: Page): Promise<string[]> =>
    page.locator('details.case:visible').evaluateAll((found) => found.map(({ id }) => id));

  const sizes = { wide: { width: 1200, height: 900 }, phone: { width: 360, height: 740 } };
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [name, viewport] of Object.entries(sizes))
      await t.test(`accessible: ${colorScheme}, ${name}`, async (t) => {
        const { page, said } = await open({ colorScheme, viewport });
        t.same(await violations(page), [], 'as it opens');
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        t.same(await violations(page), [], 'with all open');
        t.equal(
          await page.evaluate('document.documentElement.scrollWidth'),
          viewport.width,
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
    const evil = join(folder, 'hostile.html');
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
