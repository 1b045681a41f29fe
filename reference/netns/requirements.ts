/** What the laboratory needs of the system, and one line for what is missing. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import process from 'node:process';
import { loadLibc } from '../ffi/libc.ts';
import { attempt } from './execute.ts';
import { ownNaming, remove } from './owner.ts';

/** By program: the Debian package that has it. */
export const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  sysctl: 'procps',
  named: 'bind9',
  dumpcap: 'wireshark-common',
  mergecap: 'wireshark-common',
  ping: 'iputils-ping',
  curl: 'curl',
  dig: 'bind9-dnsutils',
  iperf3: 'iperf3',
  sipp: 'sip-tester',
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  python3: 'python3',
};

/** What every scenario runs. */
export const ALWAYS = ['ip', 'nft', 'sysctl', 'named'];

/**
 * One line that says what is missing for the laboratory, and how to mend it; undefined: nothing.
 * @param programs beside those that every scenario runs
 */
export async function missing(programs: readonly string[] = []): Promise<string | undefined> {
  if (process.platform !== 'linux') return `namespaces are Linux's, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'making namespaces needs root: run it as root, by sudo for instance';
  const absent = [...new Set([...ALWAYS, ...programs])].filter((program) => !has(program));
  if (absent.length > 0) {
    const packages = [...new Set(absent.map((program) => PACKAGES[program] ?? program))];
    return `${absent.join(', ')} not found: apt-get install ${packages.join(' ')}`;
  }
  const { missing: noInterface } = loadLibc();
  if (noInterface !== undefined) return noInterface;
  if (!existsSync('/dev/net/tun'))
    return '/dev/net/tun is not there: load the driver ("modprobe tun"), or hand the device to the container';
  return await cannotMake();
}

/** Whether a program is in the path. */
export function has(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A container may have root and all programs, and still no right to it. */
async function cannotMake(): Promise<string | undefined> {
  const name = ownNaming()('try');
  try {
    const { status, err } = await attempt('ip', ['netns', 'add', name]);
    if (status !== 0)
      return `no namespace can be made (${err.trim()}): allow CAP_SYS_ADMIN and CAP_NET_ADMIN`;
    const { status: nft, err: why } = await attempt('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset']);
    return nft === 0 ? undefined : `nft does not work in a namespace (${why.trim()}): load nf_tables`;
  } finally {
    await remove([name]);
  }
}
