/** What the scenarios have in common in which alice moves amid a download. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../lab/netns/sites.ts';
import type { Stage } from './stage.ts';
import type { Download } from './web.ts';

/** Milliseconds between moves, and until data comes again after one, on a busy machine. */
const EVERY = 3000;
const MENDED = 40_000;

/**
 * Moves alice from place to place amid a download, and expects it to go on at each and every byte to be right.
 * @param digest of what is downloaded
 */
export async function movesAmid(
  stage: Stage,
  download: Download,
  digest: string,
  sites: readonly (readonly [kind: string, site: Site])[],
): Promise<void> {
  stage.expect('the download begins', await stage.until(async () => (await download.size()) > 0, MENDED));
  for (const [kind, site] of sites) {
    await sleep(EVERY);
    stage.remark(`alice moves to ${kind}`);
    const since = performance.now();
    await stage.ground.bring('alice', site);
    const before = await download.size();
    const goesOn = await stage.until(async () => (await download.size()) > before, MENDED);
    const took = performance.now() - since;
    stage.expect(`the download goes on at ${kind}`, goesOn, `${took.toFixed(0)} ms without data`);
    if (!goesOn) return;
  }
  await download.program.over();
  stage.expect('curl ends well', download.program.ended === 0, download.program.ended);
  const isRight = (await download.digest()) === digest;
  stage.expect('each byte is right', isRight, `${await download.size()} bytes`);
}
