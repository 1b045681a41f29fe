/** Faults of a node with private addresses among candidates. */
import { Optimiser } from '../../reference/roles/tunnel/optimiser.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace } from '../reference/variant.ts';

export const CANDIDATES: readonly Saboteur[] = [
  {
    name: 'node-shows-private',
    title: 'tells its private endpoints to every peer',
    clause: 'OPT-07',
    caughtBy: 'node.optimise.private-hidden',
    patch: () => withNear('own', true),
  },
  {
    name: 'node-hides-private',
    title: 'tells its private endpoints to nobody',
    clause: 'OPT-07',
    caughtBy: 'node.optimise.private-directed',
    patch: () => withNear('own', false),
  },
  {
    name: 'node-probes-private',
    title: 'probes private candidates of every peer',
    clause: 'OPT-08',
    caughtBy: 'node.optimise.private-probed',
    patch: () => withNear('seek', true),
  },
];

/** Has one of an optimiser's questions asked as if the far end were near, or far. */
function withNear(method: 'own' | 'seek', isNear: boolean): void {
  replace(Optimiser.prototype, method, (original) => (self) => {
    field(self, 'isNear');
    Reflect.defineProperty(self, 'isNear', { value: () => isNear, configurable: true });
    const found = original(self);
    Reflect.deleteProperty(self, 'isNear');
    return found;
  });
}
