import { setTimeout as sleep } from 'node:timers/promises';
import { hostAddresses } from '../../lab/general/configs.ts';
import type { Kind, Site } from '../../lab/netns/sites.ts';
import { aliceConfig, startGeneral } from '../general.ts';
import type { Scenario } from '../stage.ts';
import { Download, seenBy, startWeb } from '../web.ts';

const NAME = 'www.example.com';
const ADDRESS = '203.0.113.200';
const MOVES: readonly Kind[] = ['SY', 'G4', 'CE'];
const BYTES = 4_000_000;
const RATE = 250_000;
/** Milliseconds between moves, and until data comes again after one, on a busy machine. */
const EVERY = 3000;
const MENDED = 40_000;

export const rsNWeb: Scenario = {
  title: 'Alice moves while curl downloads from a web server that knows nothing of NTMobile, through an RS-N',
  programs: ['curl', 'nginx'],
  members: [],
  play: async (stage) => {
    const { ground, cast } = stage;
    await startGeneral(cast, { [NAME]: [ADDRESS] }, ['rsn1']);
    await ground.host('web', [ADDRESS]);
    const web = await startWeb(ground, 'web', BYTES);
    const general = { destinations: [{ to: NAME, policy: 'rs-n' as const }] };
    await cast.at('alice', await ground.site(stage.choice.alice ?? 'PR'), aliceConfig(general));
    const moves = stage.choice.to === undefined ? MOVES : [stage.choice.to];
    const sites: Site[] = [];
    for (const kind of moves) sites.push(await ground.site(kind));
    const download = new Download(ground, 'alice', NAME, RATE, 4);
    stage.remark(`curl asks ${NAME} for ${BYTES} bytes`);
    stage.expect('the download begins', await stage.until(async () => (await download.size()) > 0, MENDED));
    for (const [at, site] of sites.entries()) {
      await sleep(EVERY);
      stage.remark(`alice moves to ${moves[at]}`);
      const since = performance.now();
      await ground.bring('alice', site);
      const before = await download.size();
      const goesOn = await stage.until(async () => (await download.size()) > before, MENDED);
      stage.expect(
        `the download goes on at ${moves[at]}`,
        goesOn,
        `${(performance.now() - since).toFixed(0)} ms without data`,
      );
      if (!goesOn) return;
    }
    await download.program.over();
    stage.expect('curl ends well', download.program.ended === 0, download.program.ended);
    stage.expect(
      'each byte is right',
      (await download.digest()) === web.digest,
      `${await download.size()} bytes`,
    );
    const seen = await seenBy(ground, 'web');
    const isRelay = seen.length === 1 && hostAddresses('rsn1').includes(seen[0] ?? '');
    stage.expect('the server saw the relay all the time, and no address of alice', isRelay, seen.join(', '));
  },
};
