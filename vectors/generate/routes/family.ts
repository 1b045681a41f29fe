/** Which route a DC decides: for two NTM nodes, and for a node and a general peer. */
import { candidates } from './candidates.ts';
import { Routes } from './decision.ts';
import { pairs } from './pairs.ts';
import { registries } from './registries.ts';
import { relayEnds } from './relay-ends.ts';
import { rules } from './rules.ts';

export function routes(): Routes {
  const about = 'Which route a DC decides for a path between two NTM nodes, and what it tells each end.';
  const family = new Routes('routes', 1, about, {});
  pairs(family);
  rules(family);
  candidates(family);
  registries(family);
  relayEnds(family);
  return family;
}
