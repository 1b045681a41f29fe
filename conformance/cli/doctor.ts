/** `doctor`: what is there, what is in the way, which cases can't run. */
import { createSocket } from 'node:dgram';
import type { Net } from '../../reference/net/net.ts';
import { Bench } from '../adapter-check/check.ts';
import { roundTrips } from '../adapter-check/round-trips.ts';
import { ALL_CASES } from '../cases/all.ts';
import { bufferCheck, lackChecks, levelCheck, seenCheck, wayCheck } from '../command/diagnosis.ts';
import { reachOf } from '../command/reach.ts';
import { whySilent } from '../command/silence.ts';
import { heldAgainst } from '../expectations/pics.ts';
import type { Checked } from '../reporters/checks.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { claimLines } from '../reporters/expectations.ts';
import { describeTarget } from '../reporters/pretty.ts';
import { tame } from '../reporters/text.ts';
import { catalogue } from '../spec-clauses.ts';
import { TooFewOps } from '../target/adapter-level.ts';
import type { CheckOptions } from './check-adapter.ts';
import type { CheckPrinter } from './checking.ts';
import { checkPrinter } from './checking.ts';
import { specFiles } from './own-files.ts';
import { picsOf } from './pics.ts';
import type { Place, Reached } from './target.ts';
import { netOf, placeOf, reachTarget, readToken, systemRandom } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

const HELLOS = 50;

export interface DoctorOptions extends CheckOptions {
  readonly pics?: string;
}

/** @returns 3 if no role can be had. */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const claims = await picsOf(options.pics, catalogue(specFiles()));
  const reach = reachOf(options);
  const net = netOf(reach);
  const printer = checkPrinter(terminal, paintOf(terminal, options.color));
  const reached = await reachTarget(reach, options, net).catch(async (error: unknown) => {
    if (!(error instanceof TooFewOps)) throw error;
    await belowLevel1(error, options, printer);
    return undefined;
  });
  if (reached === undefined) return EXIT.unjudged;
  const { target, sources, has } = reached;
  try {
    const pics = claims && heldAgainst(claims, target, target.info.roles);
    printer.say(`Target ${describeTarget(target.info)}`);
    if (target.level > 0) printer.say(`Claims ${tame(JSON.stringify(target.info.claims))}`);
    printer.say(
      `Tester at ${sources.join(', ')}; has ${[...has].join(', ') || 'nothing that cases may need'}`,
    );
    for (const line of pics === undefined ? [] : claimLines(pics)) printer.say(line);
    if (target.level > 0) printer.add(await wayTo(reached, net, options));
    printer.add(bufferCheck(await receiveBuffer()));
    const role = withCause(await seenCheck({ net, target }, systemRandom), reached);
    printer.add(role);
    for (const check of lackChecks(ALL_CASES, { target, has, pics }, role.verdict === 'pass'))
      printer.add(check);
    printer.end();
    return role.verdict === 'pass' ? EXIT.good : EXIT.unjudged;
  } finally {
    await target.close();
    await reached.end();
  }
}

/** Where no opening was answered, why that may be. */
function withCause(check: Checked, { target, config, heard, at }: Reached): Checked {
  if (check.verdict === 'pass' || config === undefined || heard.from(at).isOpen) return check;
  return { ...check, why: `${check.why} ${whySilent(at, config, heard.from(at), target.trouble?.())}` };
}

/** All that can be said of an adapter of which no role can be had yet. */
async function belowLevel1(
  { info, message }: TooFewOps,
  options: DoctorOptions,
  printer: CheckPrinter,
): Promise<void> {
  const reach = reachOf(options);
  const place = await placeOf(reach);
  printer.say(`Target ${describeTarget(info, 'an adapter below level 1')}`);
  printer.say(`Claims ${tame(JSON.stringify(info.claims))}`);
  printer.add(await wayTo(place, netOf(reach), options));
  printer.add(bufferCheck(await receiveBuffer()));
  printer.add(levelCheck(message));
  printer.end();
  await place.end();
}

async function wayTo({ at, own }: Place, net: Net, { tokenFile }: DoctorOptions): Promise<Checked> {
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  const local = { ip: own, port: 0 };
  const bench = new Bench({ net, adapter: at, local, random: systemRandom, token });
  return wayCheck(await roundTrips(bench, HELLOS));
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
