import { STATUS_NAMES } from '../reference/wire/registry.ts';

/** `status 5 (refused)` */
export function describeStatus(status: number | undefined): string {
  if (status === undefined) return 'no status';
  const name = (STATUS_NAMES as Readonly<Record<number, string>>)[status];
  return `status ${status}${name === undefined ? '' : ` (${name})`}`;
}
