import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Host } from '../../net/sim/host.ts';
import type { Ground } from '../stack.ts';

/** A general host: its stack stands on its own interface. */
export class GeneralHost implements Ground {
  readonly host: Host;
  onPacket: (packet: Uint8Array) => void = () => {};
  /** Sees each packet that comes and goes. */
  onSeen: (way: 'in' | 'out', packet: Uint8Array) => void = () => {};

  constructor(host: Host) {
    this.host = host;
    host.onIp = (packet) => {
      this.onSeen('in', packet);
      this.onPacket(packet);
    };
  }

  packet(packet: Uint8Array): void {
    this.onSeen('out', packet);
    this.host.sendIp(packet);
  }

  query(_: Uint8Array): Promise<Uint8Array> {
    return Promise.reject(new Error('it asks nobody'));
  }

  addressFor(to: Ip): Ip | undefined {
    return this.host.addresses.find((ip) => family(ip) === family(to));
  }
}
