/** What must be so at any time between nodes and hosts that run nothing, whatever happens to roles and networks. */
import type { Endpoint } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { readTransport, UDP } from '../../packet/transport.ts';
import { MARK, readDatagram } from '../flow.ts';
import type { Wanderer } from '../general/configs.ts';
import { hostAddresses, POOL, WANDERERS } from '../general/configs.ts';
import type { GeneralHost } from '../general/host.ts';
import type { GeneralWorld } from '../general/world.ts';
import type { Stack } from '../stack.ts';
import { ECHO_PORT } from '../stack.ts';
import { Secrets } from './secrets.ts';
import { overBounds } from './watch.ts';

/** As long as nobody else may have a port or a lent address. [RSN-16, RST-05] */
const QUARANTINE = 120_000;
const RELAYS = ['rsn1', 'rsn2', 'rst'] as const;
type RelayName = (typeof RELAYS)[number];

interface Host {
  readonly ground: GeneralHost;
  readonly stack: Stack;
}

interface Use {
  readonly sender: string;
  readonly at: Instant;
  /** How often the relay had started: after another start it knows nothing. */
  readonly starts: number;
}

export class GeneralWatch {
  /** What was not so, each once. */
  readonly violations: string[] = [];
  private readonly world: GeneralWorld;
  private readonly stranger: Host;
  private readonly secrets = new Secrets();
  /** How often each datagram left a relay, and how often its echo came to one: networks make copies. */
  private readonly went = new Map<string, number>();
  private readonly entered = new Map<string, number>();
  private readonly back = new Map<string, number>();
  /** Who uses an address and port of a relay, or a lent address. */
  private readonly users = new Map<string, Use>();

  /**
   * Has to be there before anybody starts.
   * @param isAsking whether a node takes nothing of hosts that it did not send to
   */
  constructor(
    world: GeneralWorld,
    hosts: readonly Host[],
    stranger: Host,
    isAsking: Readonly<Record<Wanderer, boolean>>,
  ) {
    this.world = world;
    this.stranger = stranger;
    this.secrets.add(new TextEncoder().encode(MARK));
    world.onDraw = (bytes) => this.secrets.drawn(bytes);
    world.net.onSeen(({ host, way, bytes }) => {
      if (way === 'sent' && this.secrets.isIn(bytes)) this.violate(`${host.name} sent a secret in the clear`);
    });
    for (const name of RELAYS) {
      const party = world.parties[name];
      const { onPacket } = party;
      party.onPacket = (packet) => {
        this.leaves(name, packet);
        onPacket(packet);
      };
      const { host } = party;
      const { onIp } = host;
      host.onIp = (packet) => {
        this.enters(packet);
        onIp(packet);
      };
    }
    for (const { ground } of hosts)
      ground.onSeen = (way, packet) => this.atHost(ground.host.name, way, packet);
    for (const name of WANDERERS)
      world.stacks[name].onDatagram = (data, from) => this.deliver(name, isAsking[name], data, from);
  }

  /** Looks at everybody, and lets the stranger try. */
  check(): void {
    for (const [name, party] of Object.entries(this.world.parties))
      for (const what of overBounds(party.counters())) this.violate(`${name} has ${what}`);
    const data = new TextEncoder().encode(`0000${MARK}stranger to nobody`);
    for (const outside of this.users.keys()) {
      const [, ip = '', port] = /^udp \[?(.+?)\]?:(\d+)$/.exec(outside) ?? [];
      if (port === undefined) continue;
      const to = { ip, port: Number(port) } as Endpoint;
      this.stranger.stack.sendUdp(ECHO_PORT, to, data);
    }
  }

  /** @param what it was */
  violate(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }

  private leaves(name: RelayName, packet: Uint8Array): void {
    const read = readTransport(packet);
    const own = name === 'rst' ? POOL : hostAddresses(name).slice(2);
    if (read?.protocol !== UDP) return;
    if (!own.includes(read.from.ip)) this.violate(`${name} sent something from ${read.from.ip}`);
    const datagram = readDatagram(read.data);
    const [, sender] = / of (\w+) to /.exec(datagram?.words ?? '') ?? [];
    if (datagram === undefined || sender === undefined) return this.violate(`${name} sent what no node sent`);
    count(this.went, `${datagram.words} ${datagram.number}`, (times) => {
      if (times > 1) this.violate(`${datagram.words} ${datagram.number} left ${times} times`);
    });
    const key = name === 'rst' ? read.from.ip : `udp ${formatEndpoint(read.from)}`;
    const [now, starts] = [this.world.now(), this.world.parties[name].starts];
    const before = this.users.get(key);
    const isOthers = before !== undefined && before.sender !== sender && before.starts === starts;
    if (isOthers && now - before.at < QUARANTINE) this.violate(`${key} is of ${before.sender} and ${sender}`);
    this.users.set(key, { sender, at: now, starts });
  }

  private enters(packet: Uint8Array): void {
    const read = readTransport(packet);
    const datagram = read?.protocol === UDP ? readDatagram(read.data) : undefined;
    if (datagram !== undefined) count(this.entered, `${datagram.words} ${datagram.number}`);
  }

  private atHost(host: string, way: 'in' | 'out', packet: Uint8Array): void {
    const read = readTransport(packet);
    if (way === 'out' || read?.protocol !== UDP) return;
    const datagram = readDatagram(read.data);
    const key = `${datagram?.words} ${datagram?.number}`;
    const isRight = datagram?.words.includes(` to ${host}, `) === true && this.went.has(key);
    if (!isRight) this.violate(`${host} got ${key}, which nobody sent to it`);
  }

  private deliver(name: Wanderer, isAsking: boolean, data: Uint8Array, from: Endpoint): void {
    const datagram = readDatagram(data);
    const key = `${datagram?.words} ${datagram?.number}`;
    if (datagram?.words.includes(' of stranger ')) {
      if (isAsking) this.violate(`${name} got what it did not ask for from ${formatEndpoint(from)}`);
      return;
    }
    if (datagram?.words.includes(` of ${name} `) !== true) return this.violate(`${name} got ${key}`);
    count(this.back, key, (times) => {
      if (times > (this.entered.get(key) ?? 0)) this.violate(`${name} got ${key} ${times} times`);
    });
  }
}

function count(map: Map<string, number>, key: string, look: (times: number) => void = () => {}): void {
  const times = (map.get(key) ?? 0) + 1;
  map.set(key, times);
  look(times);
}
