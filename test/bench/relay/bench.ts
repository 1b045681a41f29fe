/** What the two benchmarks of relays have in common: the network, the tool for datagrams, and relays to start. */
import process from 'node:process';
import { has, whyNot } from '../../drivers/tun/space.ts';
import { Party } from '../party.ts';
import { compile, folder, program } from '../tool.ts';
import { Undo } from '../undo.ts';
import type { Network } from './network.ts';
import { CN, MN, network, RS } from './network.ts';
import type { Way } from './ways.ts';

/** Bytes of UDP payload of each datagram. */
export const SIZE = 100;

/** Why relays cannot be measured here, in one line. @param programs needed, with the packages of Debian */
export function lacksFor(programs: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  const missing = Object.entries(programs).filter(([name]) => !has(name));
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(' ');
    return `${missing.map(([name]) => name).join(', ')} missing: apt-get install ${packages}`;
  }
  const why = whyNot();
  return why === false ? undefined : `${why}: run it as root on a host that has network namespaces and koffi`;
}

export class RelayBench {
  readonly network: Network;
  readonly undo = new Undo();
  /** For files; it goes with the rest. */
  readonly folder: string;
  private readonly tool: string;

  constructor() {
    try {
      this.folder = folder(this.undo);
      this.tool = compile(this.folder);
      this.network = network(this.undo);
    } catch (error) {
      this.undo.all();
      throw error;
    }
  }

  /** A relay with one path. @throws Error if the kernel is to forward and does not. */
  async relay({ datapath, backend, runtime }: Way, port: number, processor?: number): Promise<Party> {
    const command = [...runtime.command, program('relay.ts'), datapath, backend, `${RS}:${port}`, MN, CN];
    const relay = this.start('rs', command, processor);
    const { said } = await relay.next<{ readonly said: readonly string[] }>();
    if (datapath !== 'user' && !said.includes(`forwards in the kernel by ${datapath}`))
      throw new Error(said.join('; '));
    await relay.ask({ paths: 1 });
    return relay;
  }

  /** Any program in a namespace. */
  start(space: keyof Network, command: readonly string[], processor?: number): Party {
    return new Party(this.undo, { space: this.network[space], processor }, command);
  }

  /** The tool; it is ready. */
  async datagrams(
    space: 'mn' | 'cn',
    args: readonly (string | number)[],
    processor?: number,
  ): Promise<Party> {
    const party = this.start(space, [this.tool, ...args.flatMap((arg) => `${arg}`.split(':'))], processor);
    await party.next<number>();
    return party;
  }

  /** Ends and removes all of it. */
  close(): void {
    this.undo.all();
  }
}
