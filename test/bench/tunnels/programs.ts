/** Tunnels written in Go, built of their newest sources that the installed Go takes, in a folder of the benchmark's. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const MODULES = {
  wireguard: { path: 'golang.zx2c4.com/wireguard', version: 'latest', packages: [''] },
  nebula: {
    path: 'github.com/slackhq/nebula',
    version: 'v1.10.0',
    packages: ['/cmd/nebula', '/cmd/nebula-cert'],
  },
} as const;

export type Built =
  | { readonly program: string; readonly version: string; readonly missing?: undefined }
  | { readonly program?: undefined; readonly version?: undefined; readonly missing: string };

/**
 * @param folder where sources and programs go
 * NTM_BENCH_PROGRAMS names a folder that has the programs already, to not build them each time.
 */
export function build(name: keyof typeof MODULES, folder: string): Built {
  const given = process.env.NTM_BENCH_PROGRAMS;
  const there = given === undefined ? undefined : join(given, name);
  if (there !== undefined && existsSync(there)) return { program: there, version: versionOf(there) };
  const { path, version, packages } = MODULES[name];
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const env = {
    ...process.env,
    GOBIN: bin,
    GOPATH: join(folder, 'go'),
    GOCACHE: join(folder, 'go-cache'),
    GOFLAGS: '-modcacherw',
  };
  const wanted = packages.map((each) => `${path}${each}@${version}`);
  const { error, status, stderr } = spawnSync('go', ['install', ...wanted], { env, encoding: 'utf8' });
  if (error !== undefined) return { missing: 'Go is not installed: apt-get install golang-go' };
  if (status !== 0) return { missing: `go install: ${stderr.trim().split('\n').at(-1)}` };
  return { program: join(bin, name), version: versionOf(join(bin, name)) };
}

/** What Go says that it is built of. */
function versionOf(program: string): string {
  const { stdout } = spawnSync('go', ['version', '-m', program], { encoding: 'utf8' });
  return /^\s*mod\s+\S+\s+(\S+)/m.exec(stdout ?? '')?.[1] ?? 'unknown';
}
