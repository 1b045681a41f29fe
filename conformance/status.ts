import { STATUS_NAMES, Status } from '../reference/wire/registry.ts';

/** `status 5 (refused)` */
export function describeStatus(status: number | undefined): string {
  if (status === undefined) return 'no status';
  const name = (STATUS_NAMES as Readonly<Record<number, string>>)[status];
  return `status ${status}${name === undefined ? '' : ` (${name})`}`;
}

const OF_LOSS: readonly (number | undefined)[] = [Status.noRoute, Status.noRelay, Status.busy];

/** Whether the target may say so because it did not hear somebody in time, and would not if nothing were lost. */
export function mayBeOfLoss(status: number | undefined): boolean {
  return OF_LOSS.includes(status);
}
