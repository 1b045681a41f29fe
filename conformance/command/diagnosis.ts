/** `doctor`: what stands between the suite and a verdict. */
import type { Endpoint } from '../../reference/address.ts';
import { endpointFromBytes, formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import type { RoundTrips } from '../adapter-check/round-trips.ts';
import type { Case } from '../case.ts';
import { bytesField } from '../fields.ts';
import { Stage } from '../played/stage.ts';
import type { PicsUsed } from '../report.ts';
import type { Checked } from '../reporters/checks.ts';
import { count, some } from '../reporters/text.ts';
import { whyNot } from '../runner/eligible.ts';
import type { Environment } from '../runner/environment.ts';
import { Unjudged, Violation } from '../verdict.ts';

/** So many ids are named of the cases that one lack keeps from running. */
const MOST_CASES = 6;
/** Bytes of a receive buffer that hold the bursts of a run. */
const ENOUGH_BUFFER = 256 * 1024;

/** How quick and how lossy the way to the adapter is. */
export function wayCheck({ sent, answered, times }: RoundTrips): Checked {
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2);
  const spread =
    times.length === 0 ? '' : `, round trip ${at(0)} / ${at(0.5)} / ${at(1)} ms (least, median, most)`;
  const title = `${answered} of ${sent} hellos answered${spread}`;
  const lost = sent - answered;
  return {
    id: 'way',
    title,
    verdict: lost === 0 ? 'pass' : 'fail',
    why:
      lost === 0
        ? undefined
        : `${lost} of ${sent} were lost: run beside the target, or expect inconclusive cases.`,
  };
}

/** Whether bursts fit into a socket of this machine. */
export function bufferCheck(bytes: number | undefined): Checked {
  if (bytes === undefined)
    return { id: 'buffer', title: 'Receive buffer', verdict: 'skip', why: 'this runtime does not say' };
  const good = bytes >= ENOUGH_BUFFER;
  return {
    id: 'buffer',
    title: `Receive buffer of ${Math.round(bytes / 1024)} KiB`,
    verdict: good ? 'pass' : 'fail',
    why: good ? undefined : 'bursts may be lost: raise net.core.rmem_max (Linux) or kern.ipc.maxsockbuf.',
  };
}

/** The address from which the target sees the tester, by what it says in a probing response. */
export async function seenCheck(
  { net, target }: Pick<Environment, 'net' | 'target'>,
  random: (length: number) => Uint8Array,
): Promise<Checked> {
  const title = 'A role can be had, and answers';
  const stage = new Stage({ caseId: 'doctor', net, timeout: 2000, requirement: title });
  stage.startRow(random);
  try {
    const rs = await target.rs(stage, {});
    const [dc] = rs.dcs;
    const answer = await dc?.peer.probe(dc.association);
    await rs.release();
    await rs.close();
    const bytes = bytesField(answer?.body, 'observedEndpoint');
    const seen = bytes && endpointFromBytes(bytes);
    if (dc === undefined || seen === undefined)
      return { id: 'role', title, verdict: 'fail', why: 'it does not say from where it sees the tester.' };
    return seenAs(dc.peer.local, seen);
  } catch (error) {
    if (!(error instanceof Unjudged || error instanceof Violation)) throw error;
    return { id: 'role', title, verdict: 'fail', why: `${error.message}.` };
  }
}

function seenAs(local: Endpoint, seen: Endpoint): Checked {
  const [here, there] = [formatEndpoint(local), formatEndpoint(seen)];
  const same = sameEndpoint(local, seen);
  return {
    id: 'role',
    title: `A role can be had, and sees the tester at ${there}`,
    verdict: same ? 'pass' : 'fail',
    why: same
      ? undefined
      : `the tester is at ${here}: there is a NAT between; name with --advertise what is in front of it, or run beside the target.`,
  };
}

/** Which cases can't run here, one line for each lack. */
export function lackChecks(
  cases: readonly Case[],
  { pics, ...environment }: Pick<Environment, 'target' | 'has'> & { readonly pics?: PicsUsed | undefined },
): Checked[] {
  const lacks = new Map<string, string[]>();
  for (const info of cases) {
    const skip = whyNot(info, environment, { slow: false, ...(pics && { pics }) });
    if (skip === undefined) continue;
    lacks.set(skip.reason, [...(lacks.get(skip.reason) ?? []), info.id]);
  }
  const left = [...lacks.values()].reduce((sum, ids) => sum + ids.length, 0);
  return [
    {
      id: 'cases',
      title: `${count(cases.length - left, 'case')} of ${cases.length} can run`,
      verdict: left < cases.length ? 'pass' : 'fail',
      why: left < cases.length ? undefined : 'nothing is left to run against this target.',
    },
    ...[...lacks].map(([reason, ids]) => ({
      id: 'cases',
      title: `${count(ids.length, 'case')} can't run (${some(ids, MOST_CASES)})`,
      verdict: 'skip' as const,
      why: reason,
    })),
  ];
}
