/** TSIG and UPDATE, against bytes put together here as RFC 8945 and RFC 2136 draw them. */
import { createHmac } from 'node:crypto';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { sign, verify } from '../../reference/dns/update/tsig.ts';
import { updateMessage } from '../../reference/dns/update/update.ts';
import t from '../tap.ts';

const KEY = { name: 'dc-one', secret: Uint8Array.from({ length: 32 }, (_, at) => at) };
const NOW = 1_800_000_000;
/** The key's name, and hmac-sha256, as names. */
const [NAME, ALGORITHM] = ['0664632d6f6e6500', '0b686d61632d73686132353600'];
const TIME = `0000${NOW.toString(16)}`;
/** ID 1234, UPDATE, the zone `a.`; no record. */
const UPDATE = '1234 2800 0001 0000 0000 0000 016100 0006 0001'.replaceAll(' ', '');
const ANSWER = '1234 a800 0001 0000 0000 0000 016100 0006 0001'.replaceAll(' ', '');

const hmac = (...parts: string[]): string =>
  createHmac('sha256', KEY.secret)
    .update(fromHex(parts.join('')))
    .digest('hex');
/** Class ANY, TTL 0, algorithm, time, fudge 300, error, no other data. */
const variables = (error = '0000', time = TIME): string =>
  `${NAME}00ff00000000${ALGORITHM}${time}012c${error}0000`;
/** A message with one record more, the TSIG. */
function signed(message: string, mac: string, { error = '0000', time = TIME, id = '1234' } = {}): Uint8Array {
  const data = `${ALGORITHM}${time}012c${(mac.length / 2).toString(16).padStart(4, '0')}${mac}${id}${error}0000`;
  const length = (data.length / 2).toString(16).padStart(4, '0');
  return fromHex(`${message.slice(0, 20)}0001${message.slice(24)}${NAME}00fa00ff00000000${length}${data}`);
}

t.test('a request is signed over all of it and the variables', (t) => {
  const { message, mac } = sign(fromHex(UPDATE), KEY, NOW);
  t.equal(toHex(mac), hmac(UPDATE, variables()));
  t.equal(toHex(message), toHex(signed(UPDATE, toHex(mac))));
});

t.test('an answer is bound to its request', (t) => {
  const { mac } = sign(fromHex(UPDATE), KEY, NOW);
  const before = `0020${toHex(mac)}`;
  const answer = (change = {}, message = ANSWER, own = hmac(before, ANSWER, variables())): Uint8Array =>
    signed(message, own, change);
  const at = (bytes: Uint8Array, now = NOW): string => verify(bytes, KEY, mac, now) ?? 'good';
  t.equal(at(answer()), 'good');
  t.equal(at(answer(), NOW + 300), 'good', 'clocks differ');
  t.equal(at(answer(), NOW + 301), 'late');
  t.equal(at(answer(), NOW - 301), 'late');
  t.equal(at(fromHex(ANSWER)), 'unsigned');
  t.equal(at(answer().slice(0, -1)), 'unsigned', 'cut short');
  t.equal(verify(answer(), { ...KEY, name: 'dc-two' }, mac, NOW), 'unsigned', 'by another key');
  t.equal(verify(answer(), KEY, new Uint8Array(32), NOW), 'forged', 'to another request');
  t.equal(at(answer({}, ANSWER.replace('a800', 'a805'))), 'forged', 'another RCODE');
  t.equal(at(answer({ time: `0000${(NOW + 1).toString(16)}` })), 'forged');
  t.equal(at(signed(ANSWER, '', { error: '0010' })), 'refused-signature', 'BADSIG has no MAC');
  const late = hmac(before, ANSWER, variables('0012'));
  t.equal(at(signed(ANSWER, late, { error: '0012' })), 'refused-signature', 'BADTIME');
  const other = concat(Uint8Array.of(0x56, 0x78), answer().slice(2));
  t.equal(at(other), 'good', 'a forwarder may have changed the ID');
});

t.test('an update takes sets away and adds records', (t) => {
  const records = [{ type: 1, data: Uint8Array.of(192, 0, 2, 1), ttl: 30 }];
  const message = updateMessage('a', [{ name: 'b.a', types: [65_330, 1], records }], 0x1234);
  const name = '0162016100';
  const parts = [
    '123428000001000000030000016100'.concat('00060001'),
    `${name}ff3200ff000000000000`,
    `${name}000100ff000000000000`,
    `${name}000100010000001e0004c0000201`,
  ];
  t.equal(toHex(message), parts.join(''));
});
