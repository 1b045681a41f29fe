/** A browser for tests of pages, and what axe finds on them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { runtime } from './tap.ts';

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((file) => existsSync(file));
/** Why there is no browser here; false if there is one. */
export const why =
  runtime !== 'node'
    ? 'the browser is driven from Node'
    : program === undefined
      ? 'chromium is not installed'
      : false;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on a page as it stands. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))",
  );
}

/** Looks of a page: colours and sizes. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { name: `${colorScheme}, wide`, colorScheme, viewport: { width: 1200, height: 900 } },
  { name: `${colorScheme}, phone`, colorScheme, viewport: { width: 360, height: 740 } },
]);

/** A browser and the file of a page. */
export class Viewer {
  readonly folder: string;
  readonly url: string;
  readonly #browser: Browser;

  private constructor(browser: Browser, folder: string, url: string) {
    this.#browser = browser;
    this.folder = folder;
    this.url = url;
  }

  static async of(html: string): Promise<Viewer> {
    const { chromium } = await import('playwright-core');
    const folder = mkdtempSync(join(tmpdir(), 'ntm-page-'));
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    // Without a sandbox: the page is our own, and root has none.
    const browser = await chromium.launch({
      ...(program !== undefined && { executablePath: program }),
      args: ['--no-sandbox'],
    });
    return new Viewer(browser, folder, pathToFileURL(file).href);
  }

  async open(options: BrowserContextOptions, hash = ''): Promise<{ page: Page; said: string[] }> {
    const page = await (await this.#browser.newContext(options)).newPage();
    page.setDefaultTimeout(10_000);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      const asked = request.url();
      if (!asked.startsWith(this.url) && !asked.startsWith('data:')) said.push(asked);
    });
    await page.goto(this.url + hash);
    return { page, said };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.folder, { recursive: true });
  }
}
