/** Hosts that say what they heard, on a simulated Internet. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import type { Socket } from '../../../reference/net/net.ts';
import type { Host } from '../../../reference/net/sim/host.ts';
import { Internet } from '../../../reference/net/sim/internet.ts';
import type { NatOptions } from '../../../reference/net/sim/nat.ts';
import type { Realm } from '../../../reference/net/sim/realm.ts';

export const PR: NatOptions = { mapping: 'EIM', filtering: 'APDF' };
export const SY: NatOptions = { mapping: 'APDM', filtering: 'APDF' };

export interface Talker {
  readonly host: Host;
  /** Where the last word came from, and all words. */
  readonly from: Endpoint[];
  readonly heard: string[];
  say(word: string, to: Endpoint): void;
  /** Its own address, or what the others see of it. */
  readonly local: Endpoint;
}

export function internet(seed = 'test'): Internet {
  return new Internet(seed, setImmediate);
}

/** A host in a realm with a socket on port 5000 of its first address, or of that of the other family. */
export function talker(net: Internet, name: string, realm: Realm, version?: 4 | 6): Promise<Talker> {
  const host = net.host(name);
  host.plug('eth', realm);
  const ip = host.addresses.find((some) => version === undefined || some.includes(':') === (version === 6));
  if (ip === undefined) throw new Error(`${name} has no address`);
  return bound(host, { ip, port: 5000 });
}

export async function bound(host: Host, local: Endpoint): Promise<Talker> {
  const [from, heard]: [Endpoint[], string[]] = [[], []];
  const socket: Socket = await host.bind(local, (bytes, source) => {
    from.push(source);
    heard.push(new TextDecoder().decode(bytes));
  });
  const say = (word: string, to: Endpoint) => socket.send(new TextEncoder().encode(word), to);
  return { host, from, heard, say, local };
}

/** Who was heard, as text. */
export const sources = ({ from }: Talker): string[] => from.map(formatEndpoint);
