/** `check-adapter`: a conformance run of the adapter itself. */
import { Bench, runChecks } from '../adapter-check/check.ts';
import { CONTRACT_CHECKS } from '../adapter-check/contract-checks.ts';
import { INSTANCE_CHECKS } from '../adapter-check/instance-checks.ts';
import { Mistake } from '../command/mistake.ts';
import type { ReachOptions } from '../command/reach.ts';
import { reachOf } from '../command/reach.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { levelLine } from '../target/adapter-level.ts';
import { checkPrinter } from './checking.ts';
import { netOf, placeOf, readToken, systemRandom } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

export interface CheckOptions extends ReachOptions {
  readonly color: boolean;
}

/** @returns 3 if the adapter breaks the contract. */
export async function checkAdapter(options: CheckOptions, terminal: Terminal): Promise<number> {
  const reach = reachOf(options);
  const place = await placeOf(reach);
  try {
    const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile);
    const { at, own } = place;
    const local = { ip: own, port: 0 };
    const bench = new Bench({ net: netOf(reach), adapter: at, local, random: systemRandom, token });
    const printer = checkPrinter(terminal, paintOf(terminal, options.color));
    const results = await runChecks([...CONTRACT_CHECKS, ...INSTANCE_CHECKS], bench, printer.add);
    printer.end();
    if (results.length > 1) printer.say(levelLine(bench.hello));
    if (results.length === 1 && results[0]?.why?.includes('no answer'))
      throw new Mistake(`Nobody answers at ${place.name}: start the adapter there.`, EXIT.unjudged);
    return results.some(({ verdict }) => verdict === 'fail') ? EXIT.unjudged : EXIT.good;
  } finally {
    await place.end();
  }
}
