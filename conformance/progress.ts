/** What a run says while it goes on; for the console. */
import type { CaseResult, Report, TargetInfo } from './report.ts';

export type Progress =
  | { readonly kind: 'start'; readonly target: TargetInfo; readonly seed: string; readonly selected: number }
  /** The sanity case, which runs first, last and after each failure. */
  | { readonly kind: 'sanity'; readonly ok: boolean; readonly actual: string | undefined }
  | { readonly kind: 'case-start'; readonly id: string }
  /** Once a second: how much is done; the ids of those that are under way, oldest first. */
  | {
      readonly kind: 'tick';
      readonly done: number;
      readonly selected: number;
      /** Of those that are done, how many are tried once more because the host was too busy to judge them. */
      readonly again: number;
      readonly running: readonly string[];
    }
  /** Provisional: a late answer or a failed sanity case can still make it worse. The report is final. */
  | { readonly kind: 'case-end'; readonly result: CaseResult }
  | { readonly kind: 'end'; readonly report: Report };

export type OnProgress = (progress: Progress) => void;
