/** What a DC refuses by its configuration. [FED-07] */
import type { Ip } from '../../../address.ts';
import type { DcConfig } from '../../../config/dc.ts';
import { isIn, parsePrefix } from '../../../locator.ts';

type Access = DcConfig['access'];

/** Whether paths from one name to another are refused. */
export function isRefused({ directions }: Access, from: string, to: string): boolean {
  return directions.some((rule) => fits(rule.from, from) && fits(rule.to, to));
}

/** Whether a node is refused paths to a general peer. [DC-32] */
export function isGeneralRefused({ general }: Access, from: string, to: Ip): boolean {
  return general.some((rule) => {
    const prefix = fits(rule.from, from) ? parsePrefix(rule.to) : undefined;
    return prefix !== undefined && isIn(to, prefix);
  });
}

/** A name, `*.` and a name for all below it, or `*` for all. */
function fits(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
