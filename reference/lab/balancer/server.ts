import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Host } from '../../net/sim/host.ts';
import type { Ground } from '../stack.ts';

/** What a server's stack stands on: the wire behind the balancer, which is its way to everywhere. */
export class ServerGround implements Ground {
  readonly host: Pick<Host, 'name' | 'now' | 'schedule'>;
  readonly addresses: readonly Ip[];
  onPacket: (packet: Uint8Array) => void = () => {};
  private readonly send: (packet: Uint8Array) => void;

  constructor(host: Ground['host'], addresses: readonly Ip[], send: (packet: Uint8Array) => void) {
    this.host = host;
    this.addresses = addresses;
    this.send = send;
  }

  packet(packet: Uint8Array): void {
    this.send(packet);
  }

  query(): Promise<Uint8Array> {
    return Promise.reject(new Error('it asks nobody'));
  }

  addressFor(to: Ip): Ip | undefined {
    return this.addresses.find((ip) => family(ip) === family(to));
  }
}
