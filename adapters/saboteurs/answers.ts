/** Faults in where answers go, which answers are taken, and what is counted. */
import type { Endpoint } from '../../reference/address.ts';
import { Channel } from '../../reference/channel/channel.ts';
import type { FarEnd } from '../../reference/channel/far-end.ts';
import type { Outgoing } from '../../reference/channel/outgoing.ts';
import { Association } from '../../reference/roles/association/association.ts';
import { Entries } from '../../reference/roles/rs-s/entries.ts';
import type { Entry } from '../../reference/roles/rs-s/entry.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import type { Created } from '../reference/created.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField, withEffects } from '../reference/variant.ts';

export const ANSWERS: readonly Saboteur[] = [
  {
    name: 'repeats-to-the-address-in-use',
    title: 'sends the answer to a repeat to the address in use, not to where the repeat came from',
    clause: 'GEN-26',
    caughtBy: 'rs-s.transaction.elsewhere',
    patch: () =>
      replace(Association.prototype, 'isNew', (original) => (self, type, transaction, body, from, now) => {
        const [inUse] = (self as Association).channel.knownAddresses();
        return original(self, type, transaction, body, inUse ?? from, now);
      }),
  },
  {
    name: 'schema-before-transaction',
    title: 'counts an answer that nobody asked for under `schema` if its schema fails too',
    clause: 'GEN-19',
    caughtBy: 'rs-s.counters.layers',
    patch: () =>
      replace(Channel.prototype, 'takeAnswer', (original) => (self, answer, from) => {
        const { transaction, isBad } = answer as { transaction: Uint8Array; isBad: boolean };
        const isAsked = field<FarEnd>(self, 'farEnd').probes.find(transaction) !== undefined;
        if (isBad && !isAsked) return field<Outgoing>(self, 'outgoing').refuse('schema', from as Endpoint);
        return original(self, answer, from);
      }),
  },
  {
    name: 'malformed-answer-ends-a-probe',
    title: 'gives up a probe for an answer from elsewhere whose schema fails',
    clause: 'ERR-03',
    caughtBy: 'rs-s.address.answer-from-elsewhere',
    patch: () =>
      replace(Channel.prototype, 'takeAnswer', (original) => (self, answer, from) => {
        const { transaction, isBad } = answer as { transaction: Uint8Array; isBad: boolean };
        const { probes } = field<FarEnd>(self, 'farEnd');
        const probe = probes.find(transaction);
        original(self, answer, from);
        if (probe !== undefined && isBad) probes.end(probe);
      }),
  },
  {
    name: 'withdraws-uncounted',
    title: 'forgets what is held for an entry that is withdrawn, and counts it nowhere',
    clause: 'RSS-17',
    caughtBy: 'rs-s.direction.withdraw-counted',
    patch: () =>
      replace(Entries.prototype, 'remove', (original) => (self, entry, ...rest) => {
        const { held } = entry as Entry;
        setField(self, 'held', field<number>(self, 'held') - held.length);
        (entry as Entry).held = [];
        return original(self, entry, ...rest);
      }),
  },
  {
    name: 'counts-probes',
    title: 'counts its answers to probes among the answers',
    clause: 'GEN-17',
    caughtBy: 'rs-s.counters.answered',
    wrap(created): Created {
      let probes = 0;
      const { role } = created;
      const counting = withEffects(created, (effect) => {
        if (effect.kind === 'send' && effect.bytes[1] === MessageType.probeResponse) probes++;
        return [effect];
      });
      const counters = () => {
        const right = role.counters();
        return { ...right, 'answered.ok': (right['answered.ok'] ?? 0) + probes };
      };
      return { ...counting, role: { ...counting.role, counters } };
    },
  },
];
