import { canonicalName, isZone, zoneOf } from '../../reference/dns/names.ts';
import t from '../tap.ts';

t.test('DNS-18, DNS-04: the last marker label with what follows it, and something before it', (t) => {
  const cases: [name: string, zone: string | undefined][] = [
    ['alice.ntmobile.example.net', 'ntmobile.example.net'],
    ['a.ntmobile.b.ntmobile.example.net', 'ntmobile.example.net'],
    ['ntmobile.ntmobile.example.net', 'ntmobile.example.net'],
    ['b.a.ntmobile.example', 'ntmobile.example'],
    ['a.ntmobile', 'ntmobile'],
    ['ntmobile.example.net', undefined],
    ['ntmobile', undefined],
    ['a.myntmobile.example.net', undefined],
    ['a.ntmobile-x.example.net', undefined],
    ['example.net', undefined],
  ];
  for (const [name, zone] of cases) t.equal(zoneOf(name), zone, name);
  t.equal(zoneOf('a.m.example', 'm'), 'm.example', 'another marker');
  t.equal(zoneOf('a.ntmobile.example', 'm'), undefined);
});

t.test('an apex', (t) => {
  t.same(
    ['ntmobile.example', 'ntmobile', 'a.ntmobile.example', 'ntmobile.ntmobile.example', 'example'].map(
      (name) => isZone(name),
    ),
    [true, true, false, false, false],
  );
});

t.test('GEN-42: names as bodies have them', (t) => {
  const label = 'a'.repeat(63);
  const longest = `${label}.${label}.${label}.${'b'.repeat(61)}`;
  const cases: [text: string, name: string | undefined][] = [
    ['Alice.NTMobile.Example.', 'alice.ntmobile.example'],
    ['_x.a-b', '_x.a-b'],
    [longest, longest],
    [`${longest}c`, undefined],
    [`${label}a.b`, undefined],
    ['', undefined],
    ['.', undefined],
    ['a..b', undefined],
    ['a b', undefined],
    ['\u212a.example', undefined],
    ['ä.example', undefined],
  ];
  for (const [text, name] of cases) t.equal(canonicalName(text), name, text);
});
