/** The files that say what is expected of a target: waivers, known failures, and an earlier report. */
import { z } from 'zod';
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import { Report } from '../report.ts';
import { schemaFault } from '../schema-fault.ts';
import { VERDICTS } from '../verdict.ts';

const Text = z.string().trim().min(1);

/** A violation that somebody answers for, until a day. */
const WaiverEntry = z.strictObject({ id: Text, reason: Text, link: z.url(), expiry: z.iso.date() });
export type WaiverEntry = z.infer<typeof WaiverEntry>;

/** A case that is known to fail. */
const KnownFailure = z.strictObject({ id: Text, reason: Text });
export type KnownFailure = z.infer<typeof KnownFailure>;

const Waivers = z.strictObject({ waivers: z.array(WaiverEntry) });
const KnownFailures = z.strictObject({ failures: z.array(KnownFailure) });

/**
 * The waivers of a file: `{"waivers": [{"id", "reason", "link", "expiry"}]}`.
 * @param known the ids of all cases.
 * @param today by the calendar, `2026-11-30`.
 * @throws Mistake, also for a waiver that is over or of a case that there is not.
 */
export function readWaivers(
  file: string,
  text: string,
  known: readonly string[],
  today: string,
): WaiverEntry[] {
  const { waivers } = parsed(file, text, Waivers);
  checkIds(file, waivers, known);
  const over = waivers.find(({ expiry }) => expiry < today);
  if (over === undefined) return waivers;
  throw new Mistake(`${file}: the waiver of ${over.id} ended on ${over.expiry}: renew it or take it out.`);
}

/** The known failures of a file: `{"failures": [{"id", "reason"}]}`. @throws Mistake */
export function readKnownFailures(file: string, text: string, known: readonly string[]): KnownFailure[] {
  const { failures } = parsed(file, text, KnownFailures);
  checkIds(file, failures, known);
  return failures;
}

/** What of an earlier report is compared with: other versions of the suite may have written it. */
const Baseline = z.object({
  tool: z.literal('ntm-conform'),
  versions: z.object({ suite: z.string() }),
  startedAt: z.string(),
  cases: z.array(
    z.object({
      id: z.string(),
      verdict: z.enum(VERDICTS),
      waiver: z.object({ verdict: z.enum(VERDICTS) }).nullable(),
    }),
  ),
});
export type Baseline = z.infer<typeof Baseline>;

/** @throws Mistake */
export function readBaseline(file: string, text: string): Baseline {
  checkWritten(file, text);
  return parsed(file, text, Baseline);
}

/** A report that `--reporter json` of this version wrote. @throws Mistake */
export function readReport(file: string, text: string): Report {
  checkWritten(file, text);
  return parsed(file, text, Report);
}

/** Whether it is a report at all. @throws Mistake */
function checkWritten(file: string, text: string): void {
  if (parsed(file, text, z.looseObject({ tool: z.unknown() })).tool === 'ntm-conform') return;
  throw new Mistake(`${file} is no JSON report of ntm-conform: --reporter json=FILE writes one.`);
}

/** A file of JSON with what the schema asks for. @throws Mistake */
export function parsed<T>(file: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Mistake(`${file} is no JSON: ${(error as Error).message}.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Mistake(`${file}: ${schemaFault(result.error, value)}.`);
}

function checkIds(file: string, entries: readonly { readonly id: string }[], known: readonly string[]): void {
  const seen = new Set<string>();
  for (const { id } of entries) {
    if (!known.includes(id)) throw new Mistake(`${file}: there is no case ${id}.${didYouMean(id, known)}`);
    if (seen.has(id)) throw new Mistake(`${file}: ${id} stands there twice.`);
    seen.add(id);
  }
}
