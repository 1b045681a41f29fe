/** What a DC's configuration refuses. [FED-07] */
import type { DcConfig } from '../../config/dc.ts';

type Access = DcConfig['access'];

/** Whether directions from one name to another are refused. */
export function isDirectionRefused({ directions }: Access, from: string, to: string): boolean {
  return directions.some((refused) => matches(refused.from, from) && matches(refused.to, to));
}

/** Whether a DC gets no Node Information. @param nodeId as lower-case hex */
export function isInformationRefused({ nodeInformation }: Access, nodeId: string): boolean {
  return nodeInformation.includes(nodeId);
}

/** A name, `*.` and a name for all below it, or `*` for all. */
function matches(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
