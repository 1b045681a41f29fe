/** `doctor`: what is there, what is in the way, which cases can't run. */
import { createSocket } from 'node:dgram';
import { Bench } from '../adapter-check/check.ts';
import { roundTrips } from '../adapter-check/round-trips.ts';
import { ALL_CASES } from '../cases/all.ts';
import { bufferCheck, lackChecks, seenCheck, wayCheck } from '../command/diagnosis.ts';
import { reachOf } from '../command/reach.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { describeTarget } from '../reporters/pretty.ts';
import { tame } from '../reporters/text.ts';
import type { CheckOptions } from './check-adapter.ts';
import { checkPrinter } from './checking.ts';
import { netOf, reachTarget, readToken, systemRandom } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

const HELLOS = 50;

/** @returns 3 if no role can be had. */
export async function doctor(options: CheckOptions, terminal: Terminal): Promise<number> {
  const reach = reachOf(options);
  const net = netOf(reach);
  const reached = await reachTarget(reach, options, net);
  const { target, at, own, sources, has } = reached;
  try {
    const printer = checkPrinter(terminal, paintOf(terminal, options.color));
    printer.say(`Target ${describeTarget(target.info)}`);
    printer.say(`Claims ${tame(JSON.stringify(target.info.claims))}`);
    printer.say(
      `Tester at ${sources.join(', ')}; has ${[...has].join(', ') || 'nothing that cases may need'}`,
    );
    if (target.level > 0) {
      const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
      const local = { ip: own, port: 0 };
      const bench = new Bench({ net, adapter: at, local, random: systemRandom, token });
      printer.add(wayCheck(await roundTrips(bench, HELLOS)));
    }
    printer.add(bufferCheck(await receiveBuffer()));
    const role = await seenCheck({ net, target }, systemRandom);
    printer.add(role);
    for (const check of lackChecks(ALL_CASES, { target, has })) printer.add(check);
    printer.end();
    return role.verdict === 'pass' ? EXIT.good : EXIT.unjudged;
  } finally {
    await target.close();
    await reached.end();
  }
}

/** What the system grants of the 4 MiB that the suite's sockets ask for; undefined if the runtime does not say. */
async function receiveBuffer(): Promise<number | undefined> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    socket.setRecvBufferSize(4 * 1024 * 1024);
    return socket.getRecvBufferSize();
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
