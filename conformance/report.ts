/**
 * The report of a run: one JSON, of which every other output is a rendering. The JSON Schema that is
 * published is made from these schemas by {@link reportJsonSchema}.
 */
import { z } from 'zod';
import { KINDS } from './kinds.ts';
import { LEVELS, ROLES } from './roles.ts';
import { BLAMES, VERDICTS } from './verdict.ts';

const Hex = z.string().regex(/^([0-9a-f]{2})*$/);

/** One datagram of an exchange, or a remark between two datagrams, in the order of time. */
export const Arrow = z.object({
  /** Milliseconds since the case began. */
  at: z.number(),
  /** Names of lanes; equal for a remark. */
  from: z.string(),
  to: z.string(),
  /** What it is, in a few words: `Tunnel Request (opening)`. */
  label: z.string(),
  /** What the tester meant by it: `valid`, or the one fault and the layer that has to refuse; null for what was received. */
  intent: z.string().nullable(),
  /** What should have come here; null where nothing else was expected. */
  expected: z.string().nullable(),
  /** Whether this is where the target left the spec. */
  deviates: z.boolean(),
  hex: Hex,
  /** The bytes explained, line by line, the body in CBOR diagnostic notation. */
  annotated: z.array(z.string()),
});
export type Arrow = z.infer<typeof Arrow>;

/** What went to and fro in a case that is not a pass. */
export const Exchange = z.object({ lanes: z.array(z.string()), arrows: z.array(Arrow) });
export type Exchange = z.infer<typeof Exchange>;

/** What went to and fro in the first row of a case that passed, in short: no bytes, the last datagrams only. */
export const Sketch = z.object({
  lanes: z.array(z.string()),
  arrows: z.array(Arrow.pick({ from: true, to: true, label: true, intent: true })),
  /** So many came before these. */
  before: z.number().int(),
});
export type Sketch = z.infer<typeof Sketch>;

export const Waiver = z.object({
  id: z.string(),
  reason: z.string(),
  link: z.string(),
  expiry: z.string(),
  /** The verdict that it covers. */
  verdict: z.enum(VERDICTS),
});

export const CaseResult = z.object({
  id: z.string(),
  title: z.string(),
  /** The fault in an implementation that it is there to catch. */
  catches: z.string(),
  kind: z.enum(KINDS),
  clauses: z.array(z.string()),
  level: z.enum(LEVELS),
  roles: z.array(z.enum(ROLES)),
  verdict: z.enum(VERDICTS),
  /** Whose fault it looks like; null for a pass, and for what was never run. */
  blame: z.enum(BLAMES).nullable(),
  ms: z.number(),
  /** The text of failure: what the spec demands, what was expected, what came. */
  requirement: z.string().nullable(),
  expected: z.array(z.string()),
  actual: z.string().nullable(),
  /** One sentence for a verdict that is neither a pass nor a fail: which step, which lack. */
  reason: z.string().nullable(),
  note: z.string().nullable(),
  /** Rows of a property or runs of a model that were judged; 1 for a script. */
  rows: z.number().int(),
  /** The smallest input that shows the failure. */
  counterexample: z.string().nullable(),
  /** Timers and limits that the target was started with where they are not the usual ones; null for a pass, and without any. */
  settings: z.string().nullable().default(null),
  /** What it was made from: the first input that failed (its begin and its length), in how many steps, in how long. */
  shrunk: z
    .object({ from: z.string(), length: z.number().int(), steps: z.number().int(), ms: z.number().int() })
    .nullable(),
  /** The token for `--replay`; null for what never ran. */
  replay: z.string().nullable(),
  /** SHA-256 over what the case sent, in order, in canonical form. */
  sentHash: Hex,
  exchange: Exchange.nullable(),
  sketch: Sketch.nullable(),
  waiver: Waiver.nullable(),
  /** Why it was known to fail, by `--expect-fail`; null where it was not. */
  expectedFailure: z.string().nullable(),
});
export type CaseResult = z.infer<typeof CaseResult>;

/** How each clause of one role fared. `reasons` says why, by clause id, for all but the proven ones. */
export const RoleLedger = z.object({
  proven: z.array(z.string()),
  violated: z.array(z.string()),
  notExercised: z.array(z.string()),
  untestable: z.array(z.string()),
  disputed: z.array(z.string()),
  reasons: z.record(z.string(), z.string()),
});
export type RoleLedger = z.infer<typeof RoleLedger>;

export const Summary = z.object({
  total: z.number().int(),
  ...(Object.fromEntries(VERDICTS.map((verdict) => [verdict, z.number().int()])) as Record<
    (typeof VERDICTS)[number],
    z.ZodNumber
  >),
});
export type Summary = z.infer<typeof Summary>;

export const DEPTHS = ['quick', 'default', 'pairwise', 'exhaustive'] as const;
export type Depth = (typeof DEPTHS)[number];

export const PROFILES = ['core', 'open', 'hardened'] as const;
export type Profile = (typeof PROFILES)[number];

export const TargetInfo = z.object({
  /** Where it is, as it was named on the command line; `embedded` for the reference. */
  address: z.string(),
  level: z.number().int().min(0).max(3),
  name: z.string(),
  version: z.string(),
  roles: z.array(z.enum(ROLES)),
  /** Claims as the adapter's hello gave them; empty at level 0. */
  claims: z.record(z.string(), z.unknown()),
});
export type TargetInfo = z.infer<typeof TargetInfo>;

/** How the host itself behaved: what the overload canary saw. */
export const HostHealth = z.object({
  samples: z.number().int(),
  badWindows: z.number().int(),
  /** Milliseconds. */
  worstDelay: z.number(),
  reruns: z.number().int(),
  /** Cases in which something did not come at first, while the host was not busy, and did when all was tried again. */
  secondTries: z.array(z.string()).default([]),
  /** Cases in which something was wrong while the host, or the target's adapter, was busy, and nothing when it was tried again at the end. */
  onlyWhenBusy: z.array(z.string()).default([]),
});
export type HostHealth = z.infer<typeof HostHealth>;

/** What is different from an earlier report, by ids of cases. */
export const Comparison = z.object({
  suite: z.string(),
  startedAt: z.string(),
  /** They fail, or are warned of, and were not. */
  worse: z.array(z.string()),
  /** They pass, and did not. */
  better: z.array(z.string()),
  added: z.array(z.string()),
  missing: z.array(z.string()),
});
export type Comparison = z.infer<typeof Comparison>;

/** A clause that a file of `--pics` answers with another word than yes. */
export const Exception = z.object({
  clause: z.string(),
  role: z.enum(ROLES),
  level: z.enum(LEVELS),
  status: z.enum(['m', 'o', 'c']),
  support: z.enum(['no', 'n/a']),
  note: z.string().nullable(),
});
export type Exception = z.infer<typeof Exception>;

/** The file of `--pics` that a run was judged against. */
export const PicsUsed = z.object({
  file: z.string(),
  product: z.string(),
  version: z.string(),
  date: z.string(),
  exceptions: z.array(Exception),
  /** What was found about it, one sentence each. */
  remarks: z.array(z.string()),
});
export type PicsUsed = z.infer<typeof PicsUsed>;

export const Report = z.object({
  tool: z.literal('ntm-conform'),
  versions: z.object({
    suite: z.string(),
    spec: z.string(),
    vectors: z.string(),
    contract: z.string(),
  }),
  /** SHA-256 of the clause catalogue that the run was judged by. */
  clauseHash: Hex,
  runtime: z.object({ name: z.string(), version: z.string(), platform: z.string() }),
  target: TargetInfo,
  seed: z.string(),
  depth: z.enum(DEPTHS),
  profile: z.enum(PROFILES),
  /** SHOULD counted as MUST. */
  strict: z.boolean(),
  /** False when the run was cut short. */
  complete: z.boolean(),
  /** Set when the run could not be judged to its end: the target stopped answering, the sanity case failed. */
  trouble: z.string().nullable(),
  startedAt: z.string(),
  ms: z.number(),
  /** Which part of the selected cases this is, of `--shard`; null for all. */
  shard: z.object({ index: z.number().int(), count: z.number().int() }).nullable(),
  /** What the implementer claims, of `--pics`; null without. */
  pics: PicsUsed.nullable(),
  summary: Summary,
  /** Entries of `--waive` and `--expect-fail` whose case passes. */
  stale: z.array(z.object({ id: z.string(), list: z.enum(['waive', 'expect-fail']) })),
  comparison: Comparison.nullable(),
  /** Sorted by id. */
  cases: z.array(CaseResult),
  ledger: z.partialRecord(z.enum(ROLES), RoleLedger),
  host: HostHealth,
});
export type Report = z.infer<typeof Report>;

/** Counts the verdicts of a run. */
export function summarise(cases: readonly Pick<CaseResult, 'verdict'>[]): Summary {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Omit<Summary, 'total'>;
  for (const { verdict } of cases) counts[verdict]++;
  return { total: cases.length, ...counts };
}

/** The verdict log, for comparing runs: the sorted list of `id verdict`. */
export function verdictLog(report: Pick<Report, 'cases'>): string[] {
  return report.cases.map(({ id, verdict }) => `${id} ${verdict}`).sort();
}

/** The JSON Schema (draft 2020-12) of {@link Report}. */
export function reportJsonSchema(): object {
  return z.toJSONSchema(Report, { target: 'draft-2020-12' });
}
