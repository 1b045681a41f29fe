import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind, Site } from '../../lab/netns/sites.ts';
import { routesTo } from '../cast.ts';
import type { Scenario } from '../stage.ts';
import { Download, startWeb } from '../web.ts';
import { firstContact } from './first-contact.ts';

/** Where alice goes, one after the other; the last one is IPv6 alone. */
const MOVES: readonly Kind[] = ['SY', 'G4', 'CE', 'V6'];
const BYTES = 6_000_000;
const RATE = 250_000;
/** Milliseconds between moves, and until data comes again after one, on a busy machine. */
const EVERY = 3000;
const MENDED = 40_000;

export const handoverCurl: Scenario = {
  title: 'Alice moves from network to network while curl downloads a file from bob',
  programs: ['curl', 'nginx'],
  members: firstContact.members,
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    await cast.servers();
    const alice = await cast.node('alice', await ground.site(choice.alice ?? 'PR'));
    const bob = await cast.node('bob', await ground.site(choice.bob ?? 'PR'));
    const moves = choice.to === undefined ? MOVES : [choice.to];
    const sites: Site[] = [];
    for (const kind of moves) sites.push(await ground.site(kind));
    const web = await startWeb(ground, 'bob', BYTES);
    const download = new Download(ground, 'alice', bob.fqdn, RATE, 4);
    stage.remark(`curl asks ${bob.fqdn} for ${BYTES} bytes`);
    stage.expect('the download begins', await stage.until(async () => (await download.size()) > 0, MENDED));
    for (const [at, site] of sites.entries()) {
      await sleep(EVERY);
      stage.remark(`alice moves to ${moves[at]}`);
      const since = performance.now();
      await ground.bring('alice', site);
      const before = await download.size();
      const goesOn = await stage.until(async () => (await download.size()) > before, MENDED);
      const took = performance.now() - since;
      stage.expect(`the download goes on at ${moves[at]}`, goesOn, `${took.toFixed(0)} ms without data`);
      if (!goesOn) return;
    }
    await download.program.over();
    stage.expect('curl ends well', download.program.ended === 0, download.program.ended);
    stage.expect(
      'each byte is right',
      (await download.digest()) === web.digest,
      `${await download.size()} bytes`,
    );
    stage.remark(`alice sent by: ${routesTo(alice, bob).join(', ')}`);
  },
};
