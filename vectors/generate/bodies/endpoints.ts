/** The bytes of an endpoint. A body that is only taken apart and put together again hides in which order they stand. */
import { concat, fromHex } from '../../../reference/bytes.ts';
import type { Family } from '../vector.ts';

const IPV4 = 'c0000201';
const IPV6 = '20010db8000000000000000000000001';

export function endpoints(family: Family): void {
  const one = (name: string, comment: string, address: string, port: number) =>
    family.valid(`endpoint.${name}`, {
      clauses: ['GEN-13', 'GEN-14'],
      comment,
      call: 'endpoint',
      input: { address, port },
      output: { endpoint: concat(fromHex(address), Uint8Array.of(Math.floor(port / 256), port % 256)) },
    });
  one('ipv4', 'The port follows the address, its high byte first.', IPV4, 0x1234);
  one('ipv6', 'The same with 16 bytes of address.', IPV6, 0x1234);
  one('port-1', 'The lowest port.', IPV4, 1);
  one('port-256', 'Only the high byte is not 0.', IPV4, 256);
  one('port-highest', 'The highest port.', IPV6, 65_535);
}
