import { hostAddresses } from '../../lab/general/configs.ts';
import type { Kind, Site } from '../../lab/netns/sites.ts';
import { aliceConfig, startGeneral } from '../general.ts';
import { movesAmid } from '../moves.ts';
import type { Scenario } from '../stage.ts';
import { Download, seenBy, startWeb } from '../web.ts';

const NAME = 'www.example.com';
const ADDRESS = '203.0.113.200';
const MOVES: readonly Kind[] = ['SY', 'G4', 'CE'];
const BYTES = 4_000_000;
const RATE = 250_000;

export const rsNWeb: Scenario = {
  title: 'Alice moves while curl downloads from a web server that knows nothing of NTMobile, through an RS-N',
  programs: ['curl', 'nginx'],
  members: [],
  play: async (stage) => {
    const { ground, cast } = stage;
    await startGeneral(cast, { [NAME]: [ADDRESS] }, ['rsn1']);
    await ground.host('web', [ADDRESS]);
    const web = await startWeb(ground, 'web', BYTES, RATE);
    const general = { destinations: [{ to: NAME, policy: 'rs-n' as const }] };
    await cast.at('alice', await ground.site(stage.choice.alice ?? 'PR'), aliceConfig(general));
    const moves = stage.choice.to === undefined ? MOVES : [stage.choice.to];
    const sites: [Kind, Site][] = [];
    for (const kind of moves) sites.push([kind, await ground.site(kind)]);
    const download = new Download(ground, 'alice', NAME, 4);
    stage.remark(`curl asks ${NAME} for ${BYTES} bytes`);
    await movesAmid(stage, download, web.digest, sites);
    const seen = await seenBy(ground, 'web');
    const isRelay = seen.length === 1 && hostAddresses('rsn1').includes(seen[0] ?? '');
    stage.expect('the server saw the relay all the time, and no address of alice', isRelay, seen.join(', '));
  },
};
