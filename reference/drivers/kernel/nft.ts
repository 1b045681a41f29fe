/** The Relay Table in nftables: a table of its own, which ends with the process that made it. */
import process from 'node:process';
import type { Endpoint } from '../../address.ts';
import type { RelayPath } from '../../core.ts';
import {
  addCommand,
  countersCommand,
  countersOf,
  deleteCommand,
  forgetCommand,
  idleCommand,
  idleOf,
  isOneFamily,
  moveCommand,
  tableCommands,
} from '../../nft/rules.ts';
import type { KernelOptions, KernelTable } from '../../roles/relay/kernel-table.ts';
import type { Offloaded } from '../../roles/relay/table.ts';
import { isLocal } from './interfaces.ts';
import { NftError, NftSession } from './nft-session.ts';

type Ends = readonly [Endpoint, Endpoint];

/** Tables of a process at once: every packet of the host passes the hooks of all. */
export const MOST_TABLES = 32;

let tables = 0;
let open = 0;

/** @throws NftError if nft is not there, or the kernel does not take its rules; nothing is left then. */
export async function openNft(options: KernelOptions): Promise<KernelTable> {
  if (open >= MOST_TABLES) throw new NftError(`this process has ${MOST_TABLES} tables, which is the most`);
  const nft = new NftSession(options.tell);
  open++;
  const name = `ntmobile_${process.pid}_${++tables}`;
  try {
    // One transaction, for each waits until no packet uses what was before.
    await nft.ask(tableCommands({ name, ...options }).join('; '));
    return new NftTable(name, nft, options);
  } catch (error) {
    open--;
    await nft.close();
    throw error;
  }
}

class NftTable implements KernelTable {
  readonly name = 'nft';
  private readonly table: string;
  private readonly nft: NftSession;
  private readonly options: KernelOptions;
  private readonly paths = new Map<string, Ends>();
  /** Paths that go: when they were last used is to go after them. */
  private readonly leaving = new Map<string, Ends>();
  private forwarded = { packets: 0, bytes: 0 };
  private hasToldOfLocal = false;
  private isClosed = false;

  constructor(table: string, nft: NftSession, options: KernelOptions) {
    this.table = table;
    this.nft = nft;
    this.options = options;
  }

  set({ pathId, ends }: RelayPath): boolean {
    const before = this.paths.get(pathId);
    // A change of family nft has no words for; what stays on this host does not pass its last hook.
    const local = ends.find(({ ip }) => isLocal(ip));
    if (local !== undefined) this.tellOfLocal(local);
    if (local !== undefined || !isOneFamily(ends)) {
      this.remove(pathId);
      return false;
    }
    if (before === undefined && this.paths.size >= this.options.capacity) return false;
    this.nft.change(
      before === undefined
        ? addCommand(this.table, pathId, ends)
        : moveCommand(this.table, pathId, before, ends),
    );
    this.paths.set(pathId, ends);
    this.leaving.delete(pathId);
    return true;
  }

  remove(pathId: string): void {
    const ends = this.paths.get(pathId);
    if (ends === undefined) return;
    this.paths.delete(pathId);
    this.leaving.set(pathId, ends);
    this.nft.change(deleteCommand(this.table, pathId, ends), () => {
      // It may be back by now, or even have gone once more.
      if (this.leaving.get(pathId) !== ends) return;
      this.leaving.delete(pathId);
      this.nft.change(forgetCommand(this.table, pathId));
    });
  }

  async idle(pathId: string): Promise<number | undefined> {
    const answer = await this.perhaps(idleCommand(this.table, pathId));
    return answer === undefined ? undefined : idleOf(answer);
  }

  settled(): Promise<void> | undefined {
    return this.nft.settled();
  }

  totals(): Offloaded {
    const { capacity } = this.options;
    return { paths: this.paths.size, capacity, ...this.forwarded, refused: 0 };
  }

  async refresh(): Promise<void> {
    const answer = await this.perhaps(countersCommand(this.table));
    if (answer !== undefined) this.forwarded = countersOf(answer);
  }

  async close(): Promise<void> {
    if (!this.isClosed) open--;
    this.isClosed = true;
    await this.refresh();
    this.paths.clear();
    await this.nft.close();
  }

  private tellOfLocal({ ip }: Endpoint): void {
    if (!this.hasToldOfLocal)
      this.options.tell(`a path ends at ${ip}, on this host, where nft cannot forward: the process does`);
    this.hasToldOfLocal = true;
  }

  /** Undefined if nft refuses, or has ended, and with it all that it forwarded. */
  private async perhaps(command: string): Promise<string | undefined> {
    try {
      return await this.nft.ask(command);
    } catch (error) {
      if (error instanceof NftError) return undefined;
      throw error;
    }
  }
}
