/** The laboratory's ground: the Internet, its gateways and hosts as namespaces, and programs in them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Segment } from '../lab/netns/segments.ts';
import { INTERNET } from '../lab/netns/segments.ts';
import type { Built, Kind, Site } from '../lab/netns/sites.ts';
import { Sites } from '../lab/netns/sites.ts';
import type { Naming } from '../lab/netns/steps.ts';
import { Topology } from '../lab/netns/topology.ts';
import type { Ran } from './execute.ts';
import { attempt, command, execute } from './execute.ts';
import { filesOf, ownNaming, remove } from './owner.ts';
import { Program } from './program.ts';

type Settings = Readonly<Record<string, string>>;

export class Ground {
  readonly topology: Topology;
  readonly sites: Sites;
  /** Where programs log to, and find what they read. */
  readonly folder: string;
  /** Sees each site as it is made, and each network that is the Internet's. */
  onSegment: (namespace: string, device: string) => Promise<void> = () => Promise.resolve();
  private readonly name: Naming = ownNaming();
  private readonly programs: Program[] = [];
  private readonly at = new Map<string, Site>();

  constructor(folder: string) {
    this.folder = folder;
    this.topology = new Topology(this.name);
    this.sites = new Sites(this.topology);
  }

  /** Makes the Internet. @throws CommandError */
  async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await execute(this.topology.internet());
    await this.onSegment(INTERNET.at, INTERNET.bridge);
  }

  /** A host of the Internet with these addresses. @param settings of sysctl */
  host(name: string, addresses: readonly string[], settings: Settings = {}): Promise<void> {
    return this.member(name, INTERNET, addresses, settings);
  }

  /** A host in a network. */
  async member(
    name: string,
    segment: Segment,
    addresses: readonly string[],
    settings: Settings = {},
  ): Promise<void> {
    const values = Object.keys(settings).length === 0 ? [] : [settings];
    await execute([
      ...this.topology.host(name),
      ...values.map((set) => ({ kind: 'set' as const, namespace: this.name(name), values: set })),
      ...this.topology.plug(name, segment, addresses),
    ]);
  }

  /** A network at a host that is there already, which has the first address in it. */
  async network(segment: Segment): Promise<void> {
    await execute(this.topology.network(segment));
    await this.onSegment(segment.at, segment.bridge);
  }

  site(kind: Kind): Promise<Site> {
    return this.built(this.sites.make(kind));
  }

  async built({ site, steps }: Built): Promise<Site> {
    await execute(steps);
    if (site.segment !== INTERNET) await this.onSegment(site.segment.at, site.segment.bridge);
    return site;
  }

  /**
   * Brings a host to a site; one that was elsewhere is pulled out there first, so it has no address for a moment.
   * @returns its addresses there
   */
  async bring(name: string, site: Site): Promise<readonly string[]> {
    const isNew = !this.at.has(name);
    const addresses = site.versions.flatMap(
      (version) => this.topology.lease(site.segment, name, version) ?? [],
    );
    await execute([
      ...(isNew ? this.topology.host(name) : this.topology.unplug(name)),
      ...this.topology.plug(name, site.segment, addresses),
    ]);
    this.at.set(name, site);
    return addresses;
  }

  /** Where a host was brought to last. */
  siteOf(name: string): Site | undefined {
    return this.at.get(name);
  }

  /** A host's file in /etc, for what is started there from now on. */
  async etc(name: string, file: string, text: string): Promise<void> {
    const folder = filesOf(this.name(name));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, file), text);
  }

  /** Writes a file that a program is to read; its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** Starts a program on a host; what it prints goes to a log of that name. */
  start(host: string, words: readonly string[], log: string): Program {
    const program = new Program({
      namespace: this.name(host),
      command: words,
      log: join(this.folder, `${log}.log`),
    });
    this.programs.push(program);
    return program;
  }

  /** Runs a program on a host to its end. */
  run(host: string, words: readonly string[], over?: number): Promise<Ran> {
    return attempt('ip', ['netns', 'exec', this.name(host), ...words], '', over);
  }

  /** Loads rules of nftables on a host. @throws CommandError */
  async rules(host: string, rules: string): Promise<void> {
    await command('ip', ['netns', 'exec', this.name(host), 'nft', '-f', '-'], rules);
  }

  /** Lines for `ip -batch` on a host. @throws CommandError */
  async ip(host: string, ...lines: string[]): Promise<void> {
    await execute([{ kind: 'ip', namespace: this.name(host), lines }]);
  }

  /** Ends all programs and takes all down. Any number of times. */
  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
    await remove();
  }
}
