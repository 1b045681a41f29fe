/** Who plays in every scenario: the DCs, their DNS and the relays, and nodes as they are wanted. All run as their commands. */
import { join } from 'node:path';
import { relayConfigOf, SERVERS } from '../lab/configs.ts';
import type { Member, NodeOptions } from '../lab/netns/configs.ts';
import { dcConfig, fqdnOf, NAME_SERVER, nodeConfig, STUB } from '../lab/netns/configs.ts';
import type { Site } from '../lab/netns/sites.ts';
import type { Names } from '../lab/netns/zone.ts';
import { namedConfig, rootZone } from '../lab/netns/zone.ts';
import type { Ground } from './ground.ts';
import type { Program } from './program.ts';

export interface NodeRole extends Member {
  readonly fqdn: string;
  /** Its virtual addresses, IPv4 first. */
  readonly virtual: readonly string[];
  readonly program: Program;
}

const RELAYS = ['rs1', 'rs2'] as const;
const DCS = ['dc1', 'dc2'] as const;
/** Milliseconds until a role is there, on a busy machine. */
const READY = 90_000;

export class Cast {
  readonly ground: Ground;
  readonly members: readonly Member[];
  /** Traces in the order in which they stand in the chart. */
  readonly traces: string[] = [];
  /** Roles write a line for each datagram from now on. */
  isTraced = true;
  /** Is told what is started, before it is. */
  onStart: (what: string) => void = () => {};
  private readonly command: readonly string[];
  private readonly roles = new Map<string, Program>();

  /** @param command by which this program is run, with nothing after it */
  constructor(ground: Ground, command: readonly string[], members: readonly Member[]) {
    this.ground = ground;
    this.command = command;
    this.members = members;
  }

  /** Starts BIND, DCs and relays. */
  async servers(names: Names = {}): Promise<void> {
    const { ground } = this;
    this.onStart('BIND, the DCs and the relays');
    const [named] = await Promise.all([
      this.dns(names),
      ...[...DCS, ...RELAYS].map((name) => ground.host(name, SERVERS[name])),
    ]);
    const started = [
      ...DCS.map((name) => this.role(name, 'dc', dcConfig(name, this.members))),
      ...RELAYS.map((name) => this.role(name, 'rs-s', relayConfigOf(name))),
    ];
    for (const program of await Promise.all(started)) await program.found(/ready on/, READY);
    await named.found(/\brunning$/m, READY);
  }

  /** Starts the Internet's DNS; what it runs as. */
  async dns(names: Names): Promise<Program> {
    const { ground } = this;
    await ground.host('dns', NAME_SERVER);
    const zone = await ground.file('root.zone', rootZone(names));
    const config = await ground.file('named.conf', namedConfig(join(zone, '..')));
    return ground.start('dns', ['named', '-n', '1', '-g', '-c', config], 'named');
  }

  /** Starts a role by its command on the host of that name. */
  async role(name: string, role: string, config: object, ...flags: string[]): Promise<Program> {
    const { ground } = this;
    const file = await ground.file(`${name}.json`, `${JSON.stringify(config, null, 2)}\n`);
    const trace = join(ground.folder, `${name}.trace`);
    if (this.isTraced && !this.traces.includes(trace)) this.traces.push(trace);
    const tracing = this.isTraced ? ['--trace', trace] : [];
    const words = [...this.command, role, '--config', file, ...tracing, ...flags];
    const program = ground.start(name, words, name);
    this.roles.set(name, program);
    return program;
  }

  /** Brings a node's host to a site and starts it with a virtual interface; waits until it is registered. */
  async node(name: string, site: Site, options: Omit<NodeOptions, 'isIpv6Only'> = {}): Promise<NodeRole> {
    const member = this.members.find((one) => one.name === name);
    if (member === undefined) throw new RangeError(`${name} is no member`);
    const isIpv6Only = !site.versions.includes(4);
    const { program, virtual } = await this.at(name, site, nodeConfig(member, { ...options, isIpv6Only }));
    return { ...member, fqdn: fqdnOf(member), virtual, program };
  }

  /** The same for a node with any configuration. */
  async at(name: string, site: Site, config: object): Promise<Pick<NodeRole, 'virtual' | 'program'>> {
    this.onStart(name);
    await this.ground.bring(name, site);
    await this.ground.etc(name, 'resolv.conf', `nameserver ${STUB}\noptions timeout:10\n`);
    const program = await this.role(name, 'node', config, '--tun', 'ntm0');
    const [, addresses = ''] = await program.found(/ registered .*addresses="?([^"\n]*)"?/, READY);
    return { virtual: addresses.split(' '), program };
  }

  /** The program of a role. @throws RangeError if it was not started */
  program(name: string): Program {
    const program = this.roles.get(name);
    if (program === undefined) throw new RangeError(`${name} was not started`);
    return program;
  }
}

/** By which kinds of routes a node has sent to a peer, in their order. */
export function routesTo(node: NodeRole, peer: Pick<NodeRole, 'fqdn'>): string[] {
  return waysTo(node, peer).map(({ route }) => route);
}

/** The same, with where it sent to. */
export function waysTo(
  { program }: NodeRole,
  { fqdn }: Pick<NodeRole, 'fqdn'>,
): { readonly route: string; readonly to: string }[] {
  return program.text.split('\n').flatMap((line) => {
    if (!line.includes(' route ') || !line.includes(`peer=${fqdn} `)) return [];
    const route = / route=(\w+)/.exec(line)?.[1];
    return route === undefined ? [] : { route, to: / to="?([^" ]+)/.exec(line)?.[1] ?? '' };
  });
}
