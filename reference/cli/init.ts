import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseEndpoint } from '../address.ts';
import { initialConfigs } from '../config/initial.ts';
import { UsageError } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { NetError } from '../net/net.ts';
import { udpNet } from '../net/udp/udp.ts';

export interface InitOptions {
  readonly port: string;
}

/** Writes the configurations of five parties on this host to a folder, and says how to run them. @throws UsageError */
export async function init(folder: string, { port }: InitOptions): Promise<void> {
  const first = Number(port);
  if (!/^\d+$/.test(port) || first < 1 || first > 65_529)
    throw new UsageError(`--port is ${port}: write a whole number, 1 to 65529`);
  const configs = initialConfigs({ random: systemRandom, hasIpv6: await hasIpv6(), port: first });
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(fault(folder, error));
  }
  for (const [party, config] of Object.entries(configs)) await write(join(folder, `${party}.json`), config);
  const commands = Object.entries(configs).map(([party, { role }]) => {
    const ping = party === 'alice' ? ` --ping ${configs.bob.name} --count 3` : '';
    const files = `--config ${join(folder, `${party}.json`)} --trace ${join(folder, `${party}.trace`)}`;
    return { party, line: `  npx ntmobile ${role} ${files}${ping}\n` };
  });
  const lines = (isLast: boolean) =>
    commands
      .filter(({ party }) => (party === 'alice') === isLast)
      .map(({ line }) => line)
      .join('');
  process.stdout.write(
    `five configurations, with secrets of their own; run each in a terminal of its own:\n${lines(false)}` +
      `and then ping:\n${lines(true)}`,
  );
}

async function write(file: string, config: object): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new UsageError(fault(file, error));
  }
}

function fault(path: string, error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return `${path} is there already: remove it, or name another folder`;
  return `${path}: cannot be written (${code}): check the path and its permissions`;
}

async function hasIpv6(): Promise<boolean> {
  const local = parseEndpoint('[::1]:0');
  if (local === undefined) throw new Error('no endpoint');
  try {
    const socket = await udpNet().bind(local, () => {});
    await socket.close();
    return true;
  } catch (error) {
    if (error instanceof NetError) return false;
    throw error;
  }
}
