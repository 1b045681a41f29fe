/** The command line run within the test, its output caught. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import type { ReferenceOptions } from '../../adapters/reference.ts';
import { referenceAdapter } from '../../adapters/reference.ts';
import { main } from '../../conformance/cli/main.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { T } from '../tap.ts';
import { endpoint } from './bench.ts';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunHow {
  /** A person looks at it. */
  readonly isTerminal?: boolean;
  readonly colours?: boolean;
  /** Calls back with what presses Ctrl-C. */
  readonly onStart?: (interrupt: () => void) => void;
}

/** Runs `ntm-conform` with these arguments. */
export async function cli(args: readonly string[], how: RunHow = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  const status = await main([...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: how.isTerminal ?? false,
    width: 110,
    colours: how.colours ?? false,
    onInterrupt: (callback) => {
      how.onStart?.(callback);
      return () => {};
    },
  });
  return { status, out, err };
}

/** An adapter of the reference on a port of its own until the test is over; `--target` for it. */
export async function target(
  t: T,
  {
    without,
    only,
    ...reference
  }: Omit<ReferenceOptions, 'net'> & { readonly without?: string; readonly only?: string } = {},
): Promise<string> {
  const net = udpNet();
  const whole = referenceAdapter({ net, ...reference });
  const roles = whole.roles.filter((role) => role !== without && (only ?? role) === role);
  const implementation = { ...whole, roles };
  const adapter = await serveAdapter({ net, listen: endpoint('127.0.0.1:0'), implementation });
  t.teardown(() => adapter.close());
  return formatEndpoint(adapter.local);
}

/** A socket that answers whatever comes, or nothing at all, until the test is over; where it is. */
export async function answering(
  t: T,
  answer: (bytes: Uint8Array) => Uint8Array | undefined,
): Promise<string> {
  const socket = await udpNet().bind(endpoint('127.0.0.1:0'), (bytes, from) => {
    const back = answer(Uint8Array.from(bytes));
    if (back !== undefined) socket.send(back, from);
  });
  t.teardown(() => socket.close());
  return formatEndpoint(socket.local);
}

/** A folder that is gone after the test. */
export function folder(t: T): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'ntm-conform-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return (name) => join(path, name);
}
