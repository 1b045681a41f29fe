import { SERVERS } from '../../lab/configs.ts';
import type { Scenario } from '../stage.ts';
import { replies, startPing } from '../traffic.ts';
import { firstContact } from './first-contact.ts';

/** Milliseconds until another relay carries, on a busy machine. */
const MENDED = 40_000;

export const relayKilled: Scenario = {
  title: 'The relay by which they send is killed: another one takes its place',
  programs: ['ping'],
  members: firstContact.members,
  isQuick: true,
  play: async (stage) => {
    const { ground, cast } = stage;
    await cast.servers();
    const [alice, bob] = await Promise.all([
      cast.node('alice', await ground.site('SY')),
      cast.node('bob', await ground.site('SY')),
    ]);
    const traffic = startPing(ground, 'alice', bob.fqdn);
    stage.remark(`alice pings ${bob.fqdn}`);
    stage.expect('pings are answered', await stage.until(() => replies(traffic) >= 3, MENDED));
    const [, address = ''] = / route .*to="?([^" ]+)"? route=relay/.exec(alice.program.text) ?? [];
    const relay = (['rs1', 'rs2'] as const).find((name) => SERVERS[name].some((own) => own === address));
    stage.expect('they go by a relay', relay !== undefined, address);
    if (relay === undefined) return;
    await cast.program(relay).kill();
    const before = replies(traffic);
    const since = performance.now();
    stage.remark(`${relay} is killed`);
    const isMended = await stage.until(() => replies(traffic) >= before + 3, MENDED);
    stage.expect(
      'pings are answered again, by the other relay',
      isMended,
      `${((performance.now() - since) / 1000).toFixed(1)} s`,
    );
    await traffic.stop();
  },
};
