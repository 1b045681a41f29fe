import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Endpoint } from '../../reference/address.ts';
import { endpoint } from '../channel/pair.ts';
import { commandFor, NTMOBILE } from '../programs.ts';

export interface AdapterProcess {
  readonly at: Endpoint;
  /** Bytes that it has in memory; undefined where the system does not tell. */
  memory(): Promise<number | undefined>;
  stop(): Promise<void>;
}

const VARIANT = new URL('../../adapters/variant.js', import.meta.url);

/**
 * Starts `ntmobile adapter` on the same runtime as this one.
 * @param variant that of a variant of the reference in its place
 */
export async function startAdapter(variant?: string): Promise<AdapterProcess> {
  const started =
    variant === undefined ? [...commandFor(NTMOBILE), 'adapter'] : [...commandFor(VARIANT), variant];
  const [program = '', ...args] = [...started, '--listen', '127.0.0.1:0'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
      if (out.includes('\n')) resolve(out);
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error('the adapter ended before it was ready')));
  });
  const at = /ready on (\S+)/.exec(line)?.[1];
  if (at === undefined) {
    child.kill();
    throw new Error(`the adapter said: ${line}`);
  }
  return {
    at: endpoint(at),
    memory: () => residentBytes(child.pid),
    stop: async () => {
      // What has ended already is no longer there, whoever has its number now.
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

async function residentBytes(pid: number | undefined): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
