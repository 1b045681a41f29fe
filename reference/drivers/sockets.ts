import type { UdpChoice } from '../net/udp/udp.ts';
import { missingFor } from '../net/udp/udp.ts';

/**
 * How an RS-S with that `--datapath` has its sockets. What is not to be had is told, and then it has them as without it.
 * @param udp how it would have them else
 * @param tell takes a line for the user
 */
export function socketsFor(datapath: string, udp: UdpChoice, tell: (line: string) => void): UdpChoice {
  if (datapath !== 'mmsg') return udp;
  const missing = missingFor('mmsg');
  if (missing === undefined) return 'mmsg';
  tell(`forwards as with --datapath user: ${missing}`);
  return udp;
}
