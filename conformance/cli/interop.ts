/** `interop`: implementations mixed by role. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, parseEndpoint } from '../../reference/address.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { isLoopback } from '../command/addresses.ts';
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import { describeCell, matrixMarkdown, matrixPage, matrixText } from '../interop/matrix.ts';
import type { InteropReport } from '../interop/run.ts';
import { runInterop } from '../interop/run.ts';
import { SCENARIOS } from '../interop/scenarios.ts';
import type { Present } from '../interop/troupe.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { AdapterClient } from '../target/adapter-client.ts';
import { TargetError } from '../target/target.ts';
import type { Child } from './child.ts';
import { startAdapter } from './child.ts';
import { writeText } from './files.ts';
import { localAddress, mistakeOf, readToken, systemRandom } from './target.ts';
import type { Terminal } from './terminal.ts';

export interface InteropOptions {
  readonly scenario?: readonly string[];
  readonly tokenFile?: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly html?: string;
}

const EMBEDDED = 'embedded';
const WRITE = `write NAME=HOST:PORT, or ${EMBEDDED} for the reference that comes with it`;

/** @returns 1 if something failed, 3 if something could not be judged */
export async function interop(
  written: readonly string[],
  options: InteropOptions,
  terminal: Terminal,
): Promise<number> {
  const only = (options.scenario ?? []).flatMap((text) => text.split(','));
  const known = SCENARIOS.map(({ name }) => name);
  for (const name of only)
    if (!known.includes(name))
      throw new Mistake(
        `There is no scenario ${name}: write one of ${known.join(', ')}.${didYouMean(name, known)}`,
      );
  const children: Child[] = [];
  const net = udpNet();
  try {
    const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
    const present: Present[] = [];
    for (const [name, at] of placesOf(written)) {
      const child = at === undefined ? await startAdapter(REFERENCE) : undefined;
      if (child !== undefined) children.push(child);
      const adapter = at ?? child?.adapter;
      if (adapter === undefined) throw new Error(`${name} is nowhere`);
      const local = { ip: await ownAddress(adapter), port: 0 };
      const client = await AdapterClient.connect({
        net,
        adapter,
        local,
        random: systemRandom,
        ...(token !== undefined && { token }),
      });
      present.push({ name, client, ip: adapter.ip });
    }
    const [first] = present;
    if (first === undefined) throw new Mistake(`Nothing to mix: ${WRITE}.`);
    const own = await ownAddress({ ip: first.ip, port: 9 });
    const onCell = (cell: InteropReport['cells'][number]): void => terminal.out(`${describeCell(cell)}\n`);
    const report = await runInterop({ net, random: systemRandom, present, own, only, onCell });
    terminal.out(`\n${matrixText(report)}`);
    await write(report, options);
    return statusOf(report);
  } catch (error) {
    throw error instanceof TargetError ? mistakeOf(error) : error;
  } finally {
    for (const child of children) await child.stop();
  }
}

const REFERENCE = ['reference/bin.js', 'adapter', '--listen', '127.0.0.1:0'] as const;

/** @throws Mistake */
function placesOf(written: readonly string[]): [name: string, at: Endpoint | undefined][] {
  const places = written.map((text): [string, Endpoint | undefined] => {
    if (text === EMBEDDED) return [EMBEDDED, undefined];
    const [, name = '', at = ''] = /^(?:([^=]+)=)?(.*)$/.exec(text) ?? [];
    const endpoint = parseEndpoint(at);
    if (endpoint === undefined) throw new Mistake(`${text} is no implementation: ${WRITE}.`);
    return [name === '' ? at : name, endpoint];
  });
  for (const [index, [name]] of places.entries())
    if (places.findIndex(([other]) => other === name) < index)
      throw new Mistake(`Two implementations are called ${name}: give one another name, like B=HOST:PORT.`);
  return places;
}

async function ownAddress(to: Endpoint): Promise<Ip> {
  const loopback = family(to.ip) === 4 ? '127.0.0.1' : '::1';
  return isLoopback(to.ip) ? (loopback as Ip) : await localAddress(to);
}

async function write(report: InteropReport, { json, markdown, html }: InteropOptions): Promise<void> {
  const files: [string | undefined, () => string][] = [
    [json, () => `${JSON.stringify(report, null, 2)}\n`],
    [markdown, () => matrixMarkdown(report)],
    [html, () => matrixPage(report)],
  ];
  for (const [file, text] of files) {
    const fault = file === undefined ? undefined : await writeText(file, text());
    if (fault !== undefined) throw new Mistake(fault, EXIT.suite);
  }
}

function statusOf({ cells }: InteropReport): number {
  if (cells.length === 0)
    throw new Mistake(
      'Nothing could be played: together they lack a role. Add the reference: embedded.',
      EXIT.unjudged,
    );
  if (cells.some(({ verdict }) => verdict === 'fail')) return EXIT.failed;
  return cells.some(({ verdict }) => verdict === 'inconclusive') ? EXIT.unjudged : EXIT.good;
}
