import type { Scenario } from '../stage.ts';
import { ping } from '../traffic.ts';
import { firstContact } from './first-contact.ts';

const ALIAS = 'bob.example.com';
const GENERAL = { name: 'www.example.com', address: '198.51.100.12' } as const;

export const cname: Scenario = {
  title: "Programs ask the system's resolver for an ordinary name that is another one for bob's",
  programs: ['ping', 'dig'],
  members: firstContact.members,
  isQuick: true,
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    await cast.servers({ [ALIAS]: 'bob.ntmobile.two.example', [GENERAL.name]: [GENERAL.address] });
    const [bob] = await Promise.all([
      cast.node('bob', await ground.site(choice.bob ?? 'G4')),
      cast.node('alice', await ground.site(choice.alice ?? 'PR')),
      ground.host('general', [GENERAL.address]),
    ]);
    await ground.etc('general', 'resolv.conf', 'nameserver 192.0.2.53\n');
    const address = async (host: string, ...words: string[]): Promise<string> => {
      const { out } = await ground.run(host, words);
      return out.trim().split(/\s+/)[0] ?? '';
    };
    stage.remark(`alice's programs ask for ${ALIAS}`);
    const found = [
      await address('alice', 'getent', 'ahostsv4', ALIAS),
      await address('alice', 'getent', 'ahostsv6', ALIAS),
    ];
    stage.expect(
      'getent has the virtual addresses of bob',
      found.join(' ') === bob.virtual.join(' '),
      found.join(' '),
    );
    const { out } = await ground.run('alice', ['dig', '+noall', '+answer', ALIAS]);
    stage.expect(
      'dig shows the CNAME and the virtual address',
      /CNAME\s+bob\.ntm/.test(out) && out.includes(bob.virtual[0] ?? '-'),
      out.trim(),
    );
    const other = await address('alice', 'getent', 'ahostsv4', GENERAL.name);
    stage.expect('a name of somebody else has its own address', other === GENERAL.address, other);
    const outside = await ground.run('general', ['getent', 'ahostsv4', ALIAS]);
    stage.expect(
      'a host without NTMobile gets no virtual address',
      !outside.out.includes('198.18.'),
      outside.out.trim() || 'none',
    );
    const { sent, received } = await ping(ground, 'alice', ALIAS, 3);
    stage.expect(
      'pings to the other name are answered',
      sent > 0 && received === sent,
      `${received} of ${sent}`,
    );
  },
};
