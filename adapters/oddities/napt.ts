/** What an RS-N may do otherwise than the reference does. */
import type { Head } from '../../reference/packet/head.ts';
import { u16 } from '../../reference/packet/ip.ts';
import { Reassembly } from '../../reference/packet/reassembly.ts';
import type { Flow } from '../../reference/roles/rs-n/napt/flow.ts';
import { Incoming } from '../../reference/roles/rs-n/napt/incoming.ts';
import { Outgoing } from '../../reference/roles/rs-n/napt/outgoing.ts';
import type { Mapping } from '../../reference/roles/rs-n/napt/records.ts';
import type { Oddity } from '../reference/variant.ts';
import { replace } from '../reference/variant.ts';

export const NAPT_ODDITIES: readonly Oddity[] = [
  {
    name: 'rs-n-drops-fragments',
    title: 'puts no fragments together, but drops and counts them',
    clause: 'RSN-11',
    patch: () => replace(Reassembly.prototype, 'take', () => () => ({ is: 'discarded', count: 1 })),
  },
  {
    name: 'rs-n-filters-by-port',
    title: 'lets in what comes from where the node sent to, address and port',
    clause: 'RSN-05',
    patch() {
      const ports = new WeakMap<Mapping, Set<number>>();
      replace(Outgoing.prototype, 'translated', (original) => (self, head, path, mapping, mayCut) => {
        const known = ports.get(mapping as Mapping) ?? new Set<number>();
        const { bytes, payload } = head as Head;
        known.add(u16(bytes, payload + 2));
        ports.set(mapping as Mapping, known);
        return original(self, head, path, mapping, mayCut);
      });
      replace(Incoming.prototype, 'admit', (original) => (self, ...args) => {
        const admitted = original(self, ...args) as { readonly mapping: Mapping } | undefined;
        const [, , , { kind, source, destination }, own] = args as [unknown, unknown, unknown, Flow, number];
        const isKnown =
          kind === 'echo' ||
          ports.get(admitted?.mapping as Mapping)?.has(own === destination ? source : destination);
        return isKnown ? admitted : undefined;
      });
    },
  },
];
