/** The relay's programs, instruction by instruction, as a person reads it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Endpoint } from '../../reference/address.ts';
import { parseEndpoint } from '../../reference/address.ts';
import { earlyProgram } from '../../reference/bpf/early.ts';
import { HELPER_NAMES } from '../../reference/bpf/kernel.ts';
import { listing } from '../../reference/bpf/listing.ts';
import { chargeProgram, relayProgram } from '../../reference/bpf/relay.ts';
import { decodeElement, encodeElement, freshEnd } from '../../reference/bpf/table.ts';
import { toHex } from '../../reference/bytes.ts';
import t from '../tap.ts';

const OWN = ['192.0.2.51:4330', '[2001:db8::e1]:4330'].map((text) => parseEndpoint(text) as Endpoint);
const [V4, V6] = OWN as [Endpoint, Endpoint];
const RATES = { packetsPerSecond: 1000, bytesPerSecond: 1_000_000 };
/** With this variable in the environment the listings are written anew: look at the difference. */
const isAnew = process.env.NTM_LISTINGS !== undefined;

const LISTINGS = {
  relay: relayProgram({ own: OWN, rates: {} }),
  'relay-ipv4-rates': relayProgram({ own: [V4], rates: RATES }),
  early: earlyProgram({ own: OWN, rates: {} }),
  'early-ipv6-rates': earlyProgram({ own: [V6], rates: RATES }),
  charge: chargeProgram(RATES),
};

for (const [name, lines] of Object.entries(LISTINGS))
  t.test(`the listing of ${name}`, (t) => {
    const file = new URL(`./listings/${name}.txt`, import.meta.url);
    const text = `${listing(lines, HELPER_NAMES)}\n`;
    if (isAnew) writeFileSync(file, text);
    t.equal(text, readFileSync(file, 'utf8'));
  });

t.test('an element of the map is read as it was written', (t) => {
  const first = { ...freshEnd(V4, false), packets: 3n, bytes: 300n, lastUse: 7n, refused: 1n };
  const element = { ends: [first, freshEnd(V6, true)] as const, packetCredit: 5n, byteCredit: 6n };
  const bytes = encodeElement(element);
  const end = (address: string, port: string, version: string, local: string, numbers: readonly string[]) =>
    `${address.padEnd(32, '0')}${port}${version}00000000${local}00000000${numbers.join('')}`;
  const number = (value: string) => value.padEnd(16, '0');
  t.equal(
    toHex(bytes),
    end('c0000233', '10ea', '0400', '00000000', ['03', '2c01', '07', '01'].map(number)) +
      end('20010db80000000000000000000000e1', '10ea', '0600', '01000000', ['', '', '', ''].map(number)) +
      number('05') +
      number('06'),
  );
  t.same(decodeElement(bytes), element);
  t.throws(() => decodeElement(bytes.subarray(1)), /an element of 143 bytes/);
});
