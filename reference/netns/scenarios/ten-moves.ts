import { SERVERS } from '../../lab/configs.ts';
import type { Kind, Site } from '../../lab/netns/sites.ts';
import { routesTo, waysTo } from '../cast.ts';
import { Session, startShell } from '../shell.ts';
import type { Scenario } from '../stage.ts';
import { Download, Pauses, startWeb } from '../web.ts';
import { firstContact } from './first-contact.ts';

/** Where alice goes: NATs of all kinds, none, two in a row, either family alone and both. */
const MOVES: readonly Kind[] = ['SY', 'V6', 'G4', 'CE', 'DS', 'CS', 'FC', 'V6', 'RC', 'SY'];
/** After this many, the relay that carried last is gone for good. */
const RELAY_GONE_AFTER = 4;
const MEBI = 1_000_000;
const BYTES = 200 * MEBI;
const RATE = 3 * MEBI;
/** Milliseconds until both go on after a move, on a busy machine, and until all has come. */
const MENDED = 60_000;
const OVER = 400_000;
/** Data and answers after a move that show that both go on. */
const MORE_BYTES = 2 * MEBI;
const MORE_ANSWERS = 3;

export const tenMoves: Scenario = {
  title:
    'Alice moves ten times while curl downloads 200 MB and a session by TCP goes on; a relay is lost amid it',
  programs: ['curl', 'nginx', 'python3'],
  members: firstContact.members,
  isHeavy: true,
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    cast.isTraced = false;
    await cast.servers();
    const [alice, bob] = await Promise.all([
      cast.node('alice', await ground.site(choice.alice ?? 'PR')),
      cast.node('bob', await ground.site(choice.bob ?? 'SY')),
    ]);
    const sites: [Kind, Site][] = [];
    for (const kind of MOVES) sites.push([kind, await ground.site(kind)]);
    const web = await startWeb(ground, 'bob', BYTES, RATE);
    await startShell(ground, 'bob');
    const session = new Session(ground, 'alice', bob.fqdn);
    const download = new Download(ground, 'alice', bob.fqdn, 4);
    stage.remark(`alice has a session with ${bob.fqdn} by IPv6, and curl downloads ${BYTES} bytes by IPv4`);
    const hasBegun = async () => (await download.size()) > MEBI && session.answers().length > 3;
    stage.expect('both begin', await stage.until(hasBegun, MENDED));
    const pauses = new Pauses(download);
    const carriers = new Set<string>();
    let lost: string | undefined;

    for (const [index, [kind, site]] of sites.entries()) {
      const share = (BYTES * (index + 1)) / (MOVES.length + 1);
      await stage.until(async () => (await download.size()) >= share, MENDED);
      const relay = relayOf(waysTo(alice, bob).at(-1)?.to);
      if (index >= RELAY_GONE_AFTER && relay !== undefined && lost === undefined) {
        lost = relay;
        await cast.program(relay).kill();
        stage.remark(`${relay}, which carries, is killed as alice moves`);
      }
      stage.remark(`alice moves to ${kind}`);
      pauses.take();
      const [since, size] = [Date.now(), await download.size()];
      await ground.bring('alice', site);
      const answers = session.answers().length;
      const goesOn = await stage.until(
        async () =>
          (await download.size()) >= Math.min(BYTES, size + MORE_BYTES) &&
          session.answers().length >= answers + MORE_ANSWERS,
        MENDED,
      );
      const way = waysTo(alice, bob).at(-1);
      const carrier = relayOf(way?.to) ?? 'no relay';
      carriers.add(carrier);
      const longest = session.longest(since)?.toFixed(0) ?? 'no';
      const found = `download ${pauses.take().toFixed(0)} ms, session ${longest} ms; ${way?.route} by ${carrier}`;
      stage.expect(`move ${index + 1}, to ${kind}: both go on`, goesOn, found);
      if (!goesOn) break;
    }

    pauses.end();
    const isOver = await stage.until(() => !download.program.isRunning, OVER);
    stage.expect('curl ends well', isOver && download.program.ended === 0, download.program.ended);
    const isRight = (await download.digest()) === web.digest;
    stage.expect('each byte of the download is right', isRight, `${await download.size()} bytes`);
    const said = await session.end();
    stage.expect('each byte of the session is right', session.program.ended === 0, said);
    stage.expect(
      'both relays carried',
      ['rs1', 'rs2'].every((name) => carriers.has(name)),
      [...carriers].join(', '),
    );
    stage.remark(`alice sent by: ${routesTo(alice, bob).join(', ')}`);
  },
};

/** The relay that has an address; undefined: none. */
function relayOf(address: string | undefined): 'rs1' | 'rs2' | undefined {
  return (['rs1', 'rs2'] as const).find((name) => SERVERS[name].some((own) => own === address));
}
