/** A network namespace in which all addresses for documentation are the host's own: Linux, as root. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { runtime } from './runtime.ts';

/** What the program is given inside. */
const INSIDE = 'NTM_FUZZ_INSIDE';
const PREFIXES = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];
const SCRIPT = [
  'set -e',
  'ip link set lo up',
  'echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind',
  ...PREFIXES.map((prefix) => `ip route add local ${prefix} dev lo`),
  'exec "$@"',
].join('\n');

export function isInside(): boolean {
  return process.env[INSIDE] !== undefined;
}

/** Runs this program again within one, with the same arguments. @returns its exit status */
export async function againInside(program: string): Promise<number> {
  const flags =
    runtime === 'deno' ? ['run', '--allow-all', '--quiet'] : runtime === 'node' ? process.execArgv : [];
  const command = [process.execPath, ...flags, program, ...process.argv.slice(2)];
  const child = spawn('unshare', ['--net', 'sh', '-c', SCRIPT, 'sh', ...command], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}
