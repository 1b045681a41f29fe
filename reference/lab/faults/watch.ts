/** What must be so at any time, whatever happens to roles and networks. */
import type { Endpoint } from '../../address.ts';
import type { NodeName } from '../configs.ts';
import { fqdn, NAMES, NODES } from '../configs.ts';
import { MARK, readDatagram } from '../flow.ts';
import { ECHO_PORT } from '../stack.ts';
import type { World } from '../world.ts';
import { Secrets } from './secrets.ts';

export class Watch {
  /** What was not so, each once. */
  readonly violations: string[] = [];
  private readonly world: World;
  private readonly secrets = new Secrets();
  private readonly delivered = new Map<string, number>();

  /** Has to be there before anybody starts. */
  constructor(world: World) {
    this.world = world;
    this.secrets.add(new TextEncoder().encode(MARK));
    world.onDraw = (bytes) => this.secrets.drawn(bytes);
    world.net.onSeen(({ host, way, bytes }) => {
      if (way === 'sent' && this.secrets.isIn(bytes)) this.violate(`${host.name} sent a secret in the clear`);
    });
    for (const name of NODES)
      world.stacks[name].onDatagram = (data, from, to) => this.deliver(name, data, from, to);
  }

  /** Looks at everybody. */
  check(): void {
    const owners = new Map<string, NodeName>();
    for (const name of NODES) {
      for (const ip of this.addresses(name)) {
        const other = owners.get(ip);
        if (other !== undefined) this.violate(`${ip} is given to ${other} and ${name}`);
        owners.set(ip, name);
      }
    }
    for (const name of NAMES) {
      for (const what of overBounds(this.world.parties[name].counters())) this.violate(`${name} has ${what}`);
    }
  }

  /** @param what it was */
  violate(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }

  private addresses(name: NodeName): string[] {
    const { parties } = this.world;
    if (!parties[name].isUp) return [];
    return String(parties[name].events('registered').at(-1)?.addresses ?? '')
      .split(' ')
      .filter((text) => text !== '');
  }

  private deliver(name: NodeName, data: Uint8Array, from: Endpoint, to: Endpoint): void {
    const read = readDatagram(data);
    if (read === undefined) return this.violate(`${name} got what nobody sent`);
    const [, sender = '', receiver = ''] = /of (\w+) to ([^,]+)/.exec(read.words) ?? [];
    const isThere = to.port === ECHO_PORT;
    const isRight = isThere ? fqdn(name) === receiver : name === sender;
    if (!isRight) this.violate(`${name} got what ${sender} sent to ${receiver}`);
    const peer = NODES.find((node) => (isThere ? node === sender : fqdn(node) === receiver));
    if (peer !== undefined && !this.everHad(peer, from))
      this.violate(`${name} got something of ${peer} from ${from.ip}`);
    const key = `${read.words} ${read.number} ${isThere ? 'there' : 'back'}`;
    const times = (this.delivered.get(key) ?? 0) + 1;
    this.delivered.set(key, times);
    if (times > 1) this.violate(`${name} got ${key} ${times} times`);
  }

  private everHad(name: NodeName, { ip }: Endpoint): boolean {
    return this.world.parties[name]
      .events('registered')
      .some(({ addresses }) => String(addresses).split(' ').includes(ip));
  }
}

/** Tables that hold more than they may. */
export function overBounds(counters: Readonly<Record<string, number>>): string[] {
  return Object.entries(counters).flatMap(([key, size]) => {
    const [, table] = /^table\.(.+)\.size$/.exec(key) ?? [];
    const bound = counters[`table.${table}.bound`];
    return bound !== undefined && size > bound ? [`${size} ${table}, ${bound} at most`] : [];
  });
}
