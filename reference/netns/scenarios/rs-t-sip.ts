import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aliceConfig, LENT, startGeneral } from '../general.ts';
import type { Scenario } from '../stage.ts';

/** A SIP user agent that knows nothing of NTMobile. */
const PHONE = '203.0.113.201';
const PORT = 5060;
/** Milliseconds that a call lasts, until alice moves amid it, and that all of it takes at most. */
const CALL = 8000;
const MOVE_AFTER = 3000;
const OVER = 60_000;

/** Counts what a phone gets at its port by where it comes from. */
const COUNTS = `table inet seen {
  counter lent { }
  counter other { }
  chain input {
    type filter hook input priority filter;
    udp dport ${PORT} ip saddr { ${LENT.join(', ')} } counter name lent
    udp dport ${PORT} ip saddr != { ${LENT.join(', ')} } counter name other
  }
}
`;

export const rsTSip: Scenario = {
  title: 'A SIP call by sipp through an RS-T, amid which alice moves, and one back to what Contact says',
  programs: ['sipp'],
  members: [],
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    await startGeneral(cast, {}, ['rst']);
    await ground.host('phone', [PHONE]);
    await ground.rules('phone', COUNTS);
    const general = { destinations: [{ to: PHONE, policy: 'rs-t' as const }], lease: true };
    await cast.at('alice', await ground.site(choice.alice ?? 'PR'), aliceConfig(general));
    const next = await ground.site(choice.to ?? 'SY');
    let lent: string | undefined;
    const isLent = await stage.until(async () => {
      const { out } = await ground.run('alice', ['ip', '-4', '-br', 'address', 'show', 'dev', 'ntm0']);
      lent = LENT.find((address) => out.includes(`${address}/`));
      return lent !== undefined;
    }, OVER);
    stage.expect('alice has an address of the RS-T', isLent, lent);
    if (lent === undefined) return;

    const sipp = (host: string, log: string, ...words: string[]) =>
      ground.start(
        host,
        [
          'sipp',
          ...words,
          '-m',
          '1',
          '-nostdin',
          '-trace_msg',
          '-message_file',
          `${ground.folder}/${log}.sip`,
          '-p',
          `${PORT}`,
        ],
        log,
      );
    const callee = sipp('phone', 'sipp-phone', '-sn', 'uas', '-i', PHONE);
    await sleep(1000);
    stage.remark(`alice calls ${PHONE}`);
    const caller = sipp(
      'alice',
      'sipp-alice',
      '-sn',
      'uac',
      '-i',
      lent,
      '-mi',
      lent,
      '-d',
      `${CALL}`,
      `${PHONE}:${PORT}`,
    );
    await sleep(MOVE_AFTER);
    stage.remark(`alice moves to ${choice.to ?? 'SY'} amid the call`);
    await ground.bring('alice', next);
    const isOver = await stage.until(() => !caller.isRunning && !callee.isRunning, OVER);
    stage.expect(
      'the call ends well at both ends',
      isOver && caller.ended === 0 && callee.ended === 0,
      `${caller.ended}, ${callee.ended}`,
    );
    const invite = await inviteAt(ground, 'phone');
    const contact = /^Contact:.*@([\d.]+)/m.exec(invite)?.[1];
    const media = /^c=IN IP4 ([\d.]+)/m.exec(invite)?.[1];
    stage.expect('Contact is the lent address', contact === lent, contact);
    stage.expect('so is the address for media in SDP', media === lent, media);
    const { out } = await ground.run('phone', ['nft', 'list', 'counters']);
    const [own = 0, other = 0] = [...out.matchAll(/packets (\d+)/g)].map(([, count]) => Number(count));
    stage.expect(
      'the phone saw packets of that address alone',
      own > 0 && other === 0,
      `${own} and ${other} others`,
    );

    const answering = sipp('alice', 'sipp-alice-back', '-sn', 'uas', '-i', lent, '-mi', lent);
    await sleep(1000);
    stage.remark(`the phone calls ${contact}, which Contact said`);
    const back = sipp(
      'phone',
      'sipp-phone-back',
      '-sn',
      'uac',
      '-i',
      PHONE,
      '-d',
      '500',
      `${contact}:${PORT}`,
    );
    const isBackOver = await stage.until(() => !back.isRunning && !answering.isRunning, OVER);
    stage.expect('the call back ends well', isBackOver && back.ended === 0, back.ended);
  },
};

/** What the phone had as the first message. */
async function inviteAt(ground: { readonly folder: string }, host: string): Promise<string> {
  const text = await readFile(join(ground.folder, `sipp-${host}.sip`), 'utf8').catch(() => '');
  return text.slice(Math.max(0, text.indexOf('INVITE')));
}
