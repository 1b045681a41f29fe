import type { Kind, Site } from '../../lab/netns/sites.ts';
import { routesTo } from '../cast.ts';
import { movesAmid } from '../moves.ts';
import type { Scenario } from '../stage.ts';
import { Download, startWeb } from '../web.ts';
import { firstContact } from './first-contact.ts';

/** Where alice goes, one after the other; the last one is IPv6 alone. */
const MOVES: readonly Kind[] = ['SY', 'G4', 'CE', 'V6'];
const BYTES = 6_000_000;
const RATE = 250_000;

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
    const sites: [Kind, Site][] = [];
    for (const kind of moves) sites.push([kind, await ground.site(kind)]);
    const web = await startWeb(ground, 'bob', BYTES, RATE);
    const download = new Download(ground, 'alice', bob.fqdn, 4);
    stage.remark(`curl asks ${bob.fqdn} for ${BYTES} bytes`);
    await movesAmid(stage, download, web.digest, sites);
    stage.remark(`alice sent by: ${routesTo(alice, bob).join(', ')}`);
  },
};
