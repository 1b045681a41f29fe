import { dropsOf } from '../../reference/net/proc-udp.ts';
import t from '../tap.ts';
import { at } from './addresses.ts';

// As Linux 6 prints them: 127.0.0.1:4330 has lost 7, [2001:db8::1]:4330 has lost 12.
const FOUR = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   17: 0100007F:C15E 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5446359 2 00000000e4c60095 0
  424: 0100007F:10EA 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5447730 2 00000000226550c6 7
`;
const SIX = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  424: B80D0120000000000000000001000000:10EA 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000012345678 12
`;

t.test('what the kernel dropped of a socket stands in the line of its address', (t) => {
  t.equal(dropsOf(FOUR, at('127.0.0.1:4330')), 7);
  t.equal(dropsOf(FOUR, at('127.0.0.1:49502')), 0);
  t.equal(dropsOf(SIX, at('[2001:db8::1]:4330')), 12);
  t.equal(dropsOf(FOUR, at('127.0.0.2:4330')), undefined);
  t.equal(dropsOf('', at('127.0.0.1:4330')), undefined);
});
