import type { Ip } from '../../../reference/address.ts';
import { formatEndpoint, parseIp } from '../../../reference/address.ts';
import type { Prefix } from '../../../reference/locator.ts';
import { NO_TEST_PROFILE, parsePrefix } from '../../../reference/locator.ts';
import { isTranslated, translated } from '../../../reference/nat64.ts';
import type { CandidateRules } from '../../../reference/roles/tunnel/candidates.ts';
import {
  isSameNat,
  ownCandidates,
  probeable,
  sameCandidates,
} from '../../../reference/roles/tunnel/candidates.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';

const PUBLIC = '8.8.4.4:5000';
const RULES: CandidateRules = {
  profile: NO_TEST_PROFILE,
  usable: (one) => formatEndpoint(one) !== '9.9.9.9:1',
  isVirtual: (ip) => ip === '198.18.0.1',
  isRelay: (one) => formatEndpoint(one) === '1.1.1.1:4330',
  nat64: undefined,
};

const texts = (endpoints: readonly { ip: Ip; port: number }[]): string[] => endpoints.map(formatEndpoint);
const list = (...all: string[]) => all.map(endpoint);
const prefix = (text: string) => parsePrefix(text) as Prefix;
const probed = (all: string[], rules: Partial<CandidateRules> = {}, withPrivate = false): string[] =>
  texts(probeable(list(...all), { ...RULES, ...rules }, withPrivate));

t.test(
  'OPT-06, OPT-07: real and observed ones, each once, at most 8, private IPv4 only for the same NAT',
  (t) => {
    const real = list('10.0.0.2:5000', '[2a00::2]:5000', '[fd00::2]:5000', PUBLIC, '100.64.0.9:5000');
    const observed = list(PUBLIC, '8.8.4.4:6000');
    t.same(texts(ownCandidates({ real, observed }, NO_TEST_PROFILE, false)), [
      '[2a00::2]:5000',
      '[fd00::2]:5000',
      PUBLIC,
      '8.8.4.4:6000',
    ]);
    t.same(texts(ownCandidates({ real, observed }, NO_TEST_PROFILE, true)).slice(0, 1), ['10.0.0.2:5000']);
    const many = list(...Array.from({ length: 12 }, (_, i) => `8.8.4.${i}:1`));
    t.equal(ownCandidates({ real: many, observed: [] }, NO_TEST_PROFILE, false).length, 8);
    t.same(
      texts(
        ownCandidates(
          { real: list('127.0.1.5:1', '127.0.0.1:1'), observed: [] },
          {
            global: [prefix('127.0.0.1/32')],
            private: [prefix('127.0.1.0/24')],
          },
          false,
        ),
      ),
      ['127.0.0.1:1'],
      'as the test profile says',
    );
  },
);

t.test('the same NAT: an IPv4 address of the peer’s is the one that this end is seen under', (t) => {
  t.ok(isSameNat(list('10.0.0.1:1', '8.8.4.4:77'), list('8.8.4.4:5')));
  t.notOk(isSameNat(list('8.8.4.5:77'), list('8.8.4.4:5')));
  t.notOk(isSameNat(list('[2a00::1]:77'), list('[2a00::1]:5')), 'IPv6 says nothing of a NAT');
});

t.test('OPT-08: what is never probed', (t) => {
  // biome-ignore format: a list
  const bad = [
    '0.0.0.0:5', '127.0.0.1:5', '169.254.3.4:5', '224.0.0.5:5', '255.255.255.255:5', '[::]:5', '[::1]:5',
    '[fe80::1]:5', '[ff02::1]:5', '198.18.0.1:5', '1.1.1.1:4330', '9.9.9.9:1', '[64:ff9b::808:404]:5',
    '10.0.0.1:5', '172.31.0.1:5', '192.168.0.1:5', '100.127.0.1:5', '[fd00::1]:5',
  ];
  t.same(probed([...bad, PUBLIC, '1.1.1.1:4331', '[2a00::1]:5']), [PUBLIC, '1.1.1.1:4331', '[2a00::1]:5']);
  t.same(probed(['10.0.0.1:5', '[fd00::1]:5', '127.0.0.1:5'], {}, true), ['10.0.0.1:5', '[fd00::1]:5']);
  t.same(probed([PUBLIC, PUBLIC]), [PUBLIC], 'each once');
  t.equal(probed(Array.from({ length: 12 }, (_, i) => `8.8.4.${i}:1`)).length, 8);
});

t.test('OPT-08: behind a NAT64, its own way to the peer’s IPv4, and nothing of a peer’s NAT64', (t) => {
  const nat64 = prefix('2a00:64::/96');
  t.same(probed([PUBLIC, '[2a00:64::1]:5', '[2a00::1]:5'], { nat64 }), [
    PUBLIC,
    '[2a00::1]:5',
    '[2a00:64::808:404]:5000',
  ]);
  t.same(probed(['10.0.0.1:5'], { nat64 }, true), ['10.0.0.1:5'], 'no private ones by it');
  t.ok(isTranslated('64:ff9b::1' as Ip, undefined));
  t.notOk(isTranslated('64:ff9b:1::1' as Ip, undefined));
});

t.test('RFC 6052 section 2.4: its examples', (t) => {
  const ip = parseIp('192.0.2.33') as Ip;
  for (const [text, expected] of [
    ['2001:db8::/32', '2001:db8:c000:221::'],
    ['2001:db8:100::/40', '2001:db8:1c0:2:21::'],
    ['2001:db8:122::/48', '2001:db8:122:c000:2:2100::'],
    ['2001:db8:122:300::/56', '2001:db8:122:3c0:0:221::'],
    ['2001:db8:122:344::/64', '2001:db8:122:344:c0:2:2100::'],
    ['2001:db8:122:344::/96', '2001:db8:122:344::192.0.2.33'],
    ['64:ff9b::/96', '64:ff9b::192.0.2.33'],
  ] as const)
    t.equal(translated(ip, prefix(text)), parseIp(expected), text);
});

t.test('the same candidates, in whatever order', (t) => {
  t.ok(sameCandidates(list('8.8.4.4:1', '8.8.4.4:2'), list('8.8.4.4:2', '8.8.4.4:1')));
  t.notOk(sameCandidates(list('8.8.4.4:1'), list('8.8.4.4:1', '8.8.4.4:2')));
  t.notOk(sameCandidates(list('8.8.4.4:1'), list('8.8.4.4:2')));
});
