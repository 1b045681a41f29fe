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

/** What an adapter of no level yet lacks. */
export function levelCheck(why: string): Checked {
  return { id: 'level', title: 'An adapter of level 1 or more', verdict: 'fail', why };
}

/**
 * Which cases can't run here, one line for each lack.
 * @param hasRole a role can be had, without which none of them can
 */
export function lackChecks(
  cases: readonly Case[],
  { pics, ...environment }: Pick<Environment, 'target' | 'has'> & { readonly pics?: PicsUsed | undefined },
  hasRole: boolean,
): Checked[] {
  const { roles } = environment.target.info;
  const lacks = new Map<string, string[]>();
  for (const info of cases) {
    const skip = whyNot(info, environment, { slow: false, ...(pics && { pics }) });
    if (skip === undefined) continue;
    const isOfOthers = !info.roles.some((role) => roles.includes(role));
    const reason = isOfOthers ? `they are about other roles than ${roles.join(', ')}` : skip.reason;
    lacks.set(reason, [...(lacks.get(reason) ?? []), info.id]);
  }
  const left = cases.length - [...lacks.values()].reduce((sum, ids) => sum + ids.length, 0);
  const why =
    left === 0
      ? 'nothing is left to run against this target.'
      : hasRole
        ? undefined
        : 'none of them before a role can be had.';
  return [
    {
      id: 'cases',
      title: `${count(left, 'case')} of ${cases.length} ${hasRole ? 'can' : 'could'} run`,
      verdict: why === undefined ? 'pass' : 'fail',
      why,
    },
    ...[...lacks].map(([reason, ids]) => ({
      id: 'cases',
      title: `${count(ids.length, 'case')} can't run (${some(ids, MOST_CASES)})`,
      verdict: 'skip' as const,
      why: reason,
    })),
  ];
}
