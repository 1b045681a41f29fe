/** A run that is recorded in memory, and the same judged from the record alone. */
import { Recorder } from '../../conformance/evidence/recorder.ts';
import { Replay } from '../../conformance/evidence/replay.ts';
import type { Turn } from '../../conformance/evidence/turn.ts';
import { readTurn, writeTurn } from '../../conformance/evidence/turn.ts';
import { seededRandom } from '../../conformance/random.ts';
import type { Report } from '../../conformance/report.ts';
import type { RunOptions } from '../../conformance/runner/options.ts';
import { runSuite } from '../../conformance/runner/run.ts';
import { adapterTarget } from '../../conformance/target/adapter-target.ts';
import type { Endpoint } from '../../reference/address.ts';
import { MemoryNet } from '../../reference/net/memory/memory.ts';
import type { Net } from '../../reference/net/net.ts';
import { ENVIRONMENT, endpoint, ip, OPTIONS, SOURCES } from '../conformance/bench.ts';

/** Connects to the adapter and runs the suite: all that has to do with the network. */
export async function tester(net: Net, adapter: Endpoint, run: Partial<RunOptions> = {}): Promise<Report> {
  const target = await adapterTarget({
    net,
    adapter,
    local: endpoint('127.0.0.1:0'),
    random: seededRandom('tester'),
    name: 'embedded',
    sources: SOURCES,
    listen: [ip('127.0.0.1'), ip('::1')],
  });
  return await runSuite({ ...ENVIRONMENT, net, target }, { ...OPTIONS, onProgress: () => {}, ...run });
}

/** A network in memory whose time stands still while a recorder has something left to do, too. */
export function patientNet(): { readonly net: MemoryNet; readonly afterPromises: typeof soon } {
  let busy = 0;
  const afterPromises = (callback: () => void): void => {
    busy++;
    setImmediate(() => {
      busy--;
      callback();
    });
  };
  const idle = (callback: () => void): void => {
    setImmediate(() => (busy > 0 ? idle(callback) : callback()));
  };
  return { net: new MemoryNet({ seed: 'bench', afterPromises: idle }), afterPromises };
}

function soon(callback: () => void): void {
  setImmediate(callback);
}

export interface Recorded {
  readonly report: Report;
  /** The lines of the log. */
  readonly lines: readonly string[];
}

/** Runs something on a recorded network. */
export async function recorded(
  net: Net,
  work: (net: Net, recorder: Recorder) => Promise<Report>,
  afterPromises = soon,
): Promise<Recorded> {
  const lines: string[] = [];
  const recorder = new Recorder({ net, write: (turn) => lines.push(writeTurn(turn)), afterPromises });
  const report = await work(recorder, recorder);
  recorder.end();
  return { report, lines };
}

/** Runs something on what was recorded, and on nothing else. */
export async function replayed(
  lines: readonly string[],
  work: (net: Net, replay: Replay) => Promise<Report>,
): Promise<Report> {
  const replay = new Replay({ turns: lines.map(readTurn) satisfies Turn[], afterPromises: soon });
  return await replay.run(() => work(replay, replay));
}
