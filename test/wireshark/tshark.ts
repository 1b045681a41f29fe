/** tshark with the dissector of the project, for tests. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runtime } from '../tap.ts';

const DISSECTOR = fileURLToPath(new URL('../../adapters/wireshark/ntmobile.lua', import.meta.url));

/** Why nothing can be tried here; false where it can. */
export function noTshark(): string | false {
  if (runtime !== 'node') return 'tshark is the same whatever starts it: the test on Node does';
  const { stdout, error } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return 'tshark is not installed';
  const [, version = '0'] = /^TShark \(Wireshark\) (\d+)\./.exec(stdout) ?? [];
  if (Number(version) < 4) return 'this tshark is older than 4.0';
  return /with Lua/.test(stdout.replaceAll(/\s+/g, ' ')) ? false : 'this tshark was built without Lua';
}

export interface Asked {
  readonly file: string;
  /** A folder for the settings of tshark, in place of the user's. */
  readonly home: string;
  readonly keys?: string;
  /** A display filter. */
  readonly filter?: string;
}

/** What tshark prints. @throws Error if it ends otherwise than well. */
function tshark({ file, home, keys, filter }: Asked, args: readonly string[]): string {
  const all = [
    ...['-X', `lua_script:${DISSECTOR}`, '-r', file, '-n', '-o', 'udp.try_heuristic_first:TRUE'],
    ...['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE'],
    ...(keys === undefined ? [] : ['-o', `ntmobile.keys:${keys}`]),
    ...(filter === undefined ? [] : ['-Y', filter]),
    ...args,
  ];
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
  const { status, stdout, stderr } = spawnSync('tshark', all, {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`tshark ended with ${status}: ${stderr}`);
  return stdout;
}

/** One row for each packet; a field that is there more than once has its values with a bar between them. */
export function fields(asked: Asked, names: readonly string[]): string[][] {
  const wanted = names.flatMap((name) => ['-e', name]);
  const out = tshark(asked, ['-T', 'fields', '-E', 'aggregator=|', ...wanted]);
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

/** All that tshark has to say. */
export function details(asked: Asked): string {
  return tshark(asked, ['-V']);
}
