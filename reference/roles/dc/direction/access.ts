/** What a DC refuses by its configuration. [FED-07] */
import type { DcConfig } from '../../../config/dc.ts';

type Access = DcConfig['access'];

/** Whether paths from one name to another are refused. */
export function isRefused({ directions }: Access, from: string, to: string): boolean {
  return directions.some((rule) => fits(rule.from, from) && fits(rule.to, to));
}

/** A name, `*.` and a name for all below it, or `*` for all. */
function fits(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
