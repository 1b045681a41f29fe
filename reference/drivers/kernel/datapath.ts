/** Which way an RS-S forwards, and the table for it. */
import type { Endpoint } from '../../address.ts';
import type { HotTable } from '../../core.ts';
import type { KernelOptions, KernelTable } from '../../roles/relay/kernel-table.ts';
import type { RelayTable } from '../../roles/relay/table.ts';
import { Bpf, BpfError } from './bpf.ts';
import { openEbpf } from './ebpf.ts';
import { forwardingOff, isLoopback } from './interfaces.ts';
import { openNft } from './nft.ts';
import { NftError } from './nft-session.ts';
import { inKernel } from './relay.ts';

/**
 * `mmsg`: by the process, many datagrams a call; `xdp`: `ebpf`, and in the driver what that can send back by itself; `auto`:
 * the first of `ebpf` and `nft` that is to be had.
 */
export const DATAPATHS = ['user', 'mmsg', 'ebpf', 'xdp', 'nft', 'auto'] as const;
export type Datapath = (typeof DATAPATHS)[number];

/** Not `xdp`: it breaks the checksums of who sends from another namespace of this host. */
const AUTO = ['ebpf', 'nft'] as const;
type InKernel = 'ebpf' | 'xdp' | 'nft';

/** Whether the kernel is to forward. */
export function isInKernel(datapath: Datapath): datapath is InKernel | 'auto' {
  return datapath !== 'user' && datapath !== 'mmsg';
}

/**
 * The hot table of an RS-S with that data path. What is not to be had is told, and then the process forwards.
 * @param tell takes a line for the user
 */
export function hotTable(
  table: RelayTable,
  datapath: Datapath,
  options: Omit<KernelOptions, 'own'>,
): HotTable {
  if (!isInKernel(datapath)) return table;
  const wanted = datapath === 'auto' ? AUTO : [datapath];
  return inKernel(table, (own) => openFirst(wanted, { ...options, own }));
}

async function openFirst(
  wanted: readonly InKernel[],
  options: KernelOptions,
): Promise<KernelTable | undefined> {
  const { own, tell } = options;
  const missing: string[] = [];
  const wild = own.find(({ ip }) => ip === '0.0.0.0' || ip === '::');
  if (wild !== undefined) missing.push(`it listens on ${wild.ip}, and the kernel needs the address itself`);
  else
    for (const name of wanted) {
      const opened = await open(name, options);
      if (typeof opened === 'string') missing.push(`${name}: ${opened}`);
      else {
        tell(`forwards in the kernel by ${opened.name}`);
        for (const line of hints(own)) tell(line);
        return opened;
      }
    }
  tell(`forwards in user space: ${missing.join('; ')}`);
  return undefined;
}

function hints(own: readonly Endpoint[]): string[] {
  const off = own.flatMap(({ ip }) => forwardingOff(ip) ?? []);
  return off.map((name) => `the kernel forwards nothing yet: set it with "sysctl -w ${name}=1"`);
}

/** A table, or what is missing for it. */
async function open(name: InKernel, options: KernelOptions): Promise<KernelTable | string> {
  try {
    if (name === 'nft') {
      const { packetsPerSecond, bytesPerSecond } = options.rates;
      // Its limits refill by other rules, and cannot begin with what was sent on already.
      if (packetsPerSecond !== undefined || bytesPerSecond !== undefined)
        return 'it cannot hold paths to the rates that are configured';
      if (options.own.every(({ ip }) => isLoopback(ip)))
        return 'it cannot forward on the loopback, where this relay listens';
      return await openNft(options);
    }
    const bpf = Bpf.find();
    return bpf.found === undefined ? bpf.missing : openEbpf(bpf.found, options, name === 'xdp');
  } catch (error) {
    if (error instanceof BpfError || error instanceof NftError) return why(error);
    throw error;
  }
}

function why(error: BpfError | NftError): string {
  if (error instanceof BpfError && error.fault === 'ERANGE')
    return 'a device has as many programs as it takes';
  if (error instanceof BpfError && error.fault === 'EPERM')
    return 'this needs root, or CAP_BPF and CAP_NET_ADMIN';
  if (/Operation not permitted/.test(error.message)) return 'this needs root, or CAP_NET_ADMIN';
  return error.message.split('\n')[0] ?? '';
}
