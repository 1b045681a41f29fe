/** A virtual interface behind which every address answers echo requests; it has what each line of stdin says, as JSON. */
import { createInterface } from 'node:readline';
import type { Tun } from '../../../reference/drivers/tun/tun.ts';
import { openTun } from '../../../reference/drivers/tun/tun.ts';
import { echoReply } from '../../../reference/packet/echo.ts';

const tun: Tun = openTun({
  mtu: 1400,
  virtual: ['198.18.0.0/15', 'fd00::/8'],
  onPacket: (packet) => {
    const reply = echoReply(packet);
    if (reply !== undefined) tun.write(reply);
  },
  onFault: (fault) => process.stdout.write(`${fault}\n`),
});
process.stdout.write(`${tun.name}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  tun.set(JSON.parse(line));
  process.stdout.write('set\n');
}
tun.close();
process.exit(0);
