/** Faults of a DC in whose a name is, and in whether it is published. */
import { fromHex } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import { Dcs } from '../../reference/roles/dc/direction/dcs.ts';
import { Direction } from '../../reference/roles/dc/direction/direction.ts';
import { Names } from '../../reference/roles/dc/names/names.ts';
import { Nodes } from '../../reference/roles/dc/nodes.ts';
import type { NodePeer, Registered } from '../../reference/roles/dc/parts.ts';
import type { RegistrationRequest } from '../../reference/wire/messages.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField } from '../reference/variant.ts';

const MARKER = 'ntmobile';

export const DC_NAMES: readonly Saboteur[] = [
  {
    name: 'dc-first-marker',
    title: 'takes the first marker of a name for the one that counts',
    clause: 'DNS-18',
    caughtBy: 'dc.names.zone',
    patch: () =>
      asking((name) => (name.split(`.${MARKER}.`).length > 2 ? 'node.ntmobile.nobody.example' : name)),
  },
  {
    name: 'dc-marker-inside',
    title: 'takes a label that begins with the marker for it',
    clause: 'DNS-04',
    caughtBy: 'dc.names.zone',
    patch: () =>
      asking((name) =>
        name
          .split('.')
          .map((label) => (label.startsWith(MARKER) ? MARKER : label))
          .join('.'),
      ),
  },
  {
    name: 'dc-wants-its-letters',
    title: 'follows no record whose name is not in the letters that it asked in',
    clause: 'DNS-04',
    caughtBy: 'dc.finding.letters',
    patch: () =>
      replace(Dcs.prototype, 'read', (original) => (self, zone, peer, response, ...rest) => {
        const text = String.fromCharCode(...((response as Uint8Array | undefined) ?? []));
        const isMixed = text.toLowerCase().split(MARKER).length !== text.split(MARKER).length;
        return isMixed ? Status.noRoute : original(self, zone, peer, response, ...rest);
      }),
  },
  {
    name: 'dns-publishes-the-refused',
    title: 'publishes a node though it has refused its registration',
    clause: 'DC-08',
    caughtBy: 'dc.names.published',
    patch() {
      const refused = new Map<string, Registered>();
      replace(Nodes.prototype, 'refuse', (original) => (self, peer, request, status, to, now) => {
        original(self, peer, request, status, to, now);
        const { nodeId, name } = peer as NodePeer;
        const { localEndpoints: locals, ...asked } = request as RegistrationRequest;
        const found = { observed: {}, observedUntil: now as Instant, virtualAddresses: [] };
        const expiresAt = (now as Instant) + 60_000;
        const own = { peer: peer as NodePeer, name, nodeId: fromHex(nodeId), locals, expiresAt };
        refused.set(name, { ...asked, ...found, ...own });
        field<{ changed(peer: unknown): void }>(self, 'dc').changed(peer);
      });
      replace(
        Names.prototype,
        'set',
        (original) => (self, name, node) => original(self, name, node ?? refused.get(name as string)),
      );
    },
  },
];

/** Has a DC direct as if another name had been asked for. */
function asking(change: (name: string) => string): void {
  replace(Direction.prototype, 'start', (original) => (self, now) => {
    setField(self, 'peerFqdn', change(field<string>(self, 'peerFqdn')));
    original(self, now);
  });
}
