/** Faults in what an RS-S answers its DCs, and in how it takes what is none of theirs. */
import { toHex } from '../../reference/bytes.ts';
import type { Effect } from '../../reference/core.ts';
import { Answers } from '../../reference/roles/association/answers.ts';
import { Association } from '../../reference/roles/association/association.ts';
import { RegistrationPlan } from '../../reference/roles/relay/registration.ts';
import { Entries } from '../../reference/roles/rs-s/entries.ts';
import type { Entry } from '../../reference/roles/rs-s/entry.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { encodeBody } from '../../reference/wire/messages.ts';
import { Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { field, replace, setField, withEffects, withHandle } from '../reference/variant.ts';

export const CONTROL: readonly Saboteur[] = [
  {
    name: 'answers-strangers',
    title: 'answers a datagram with an unknown context',
    clause: 'GEN-20',
    caughtBy: 'rs-s.context.unknown',
    wrap: (created) =>
      withEffects(created, (effect, input) => {
        const isUnknown =
          effect.kind === 'note' && effect.note.what === 'refused' && effect.note.layer === 'context';
        if (!isUnknown || input.kind !== 'datagram') return [effect];
        return [effect, { kind: 'send', bytes: input.bytes.slice(), to: input.from } satisfies Effect];
      }),
  },
  {
    name: 'dies-of-garbage',
    title: 'says nothing any more after a datagram of 1 byte',
    clause: 'DOS-05',
    caughtBy: 'rs-s.datagram.short',
    wrap(created) {
      let dead = false;
      const { role } = created;
      return withHandle(
        created,
        (input, now) => {
          if (input.kind === 'datagram' && input.bytes.length === 1) dead = true;
          return dead ? [] : role.handle(input, now);
        },
        () => (dead ? undefined : role.wakeAt()),
      );
    },
  },
  {
    name: 'counts-nothing',
    title: 'has counters that stay at 0',
    clause: 'GEN-17',
    caughtBy: 'rs-s.counters.layers',
    wrap: ({ role, ...others }) => ({
      ...others,
      role: {
        handle: (input, now) => role.handle(input, now),
        wakeAt: () => role.wakeAt(),
        counters: () => Object.fromEntries(Object.keys(role.counters()).map((name) => [name, 0])),
      },
    }),
  },
  {
    name: 'answers-once',
    title: 'says nothing to a request that comes again',
    clause: 'GEN-10',
    caughtBy: 'rs-s.transaction.retransmission',
    patch: () =>
      replace(
        Answers.prototype,
        'take',
        (original) =>
          (self, ...args) =>
            original(self, ...args) === 'new' ? 'new' : 'known',
      ),
  },
  {
    name: 'forgets-transactions',
    title: 'takes a transaction again with another body',
    clause: 'GEN-10',
    caughtBy: 'rs-s.transaction.reuse',
    patch: () => replace(Answers.prototype, 'take', () => () => 'new'),
  },
  {
    name: 'one-answer-short',
    title: 'keeps 4095 answers for an association, one less than it has to',
    clause: 'GEN-27',
    caughtBy: 'rs-s.transaction.bound',
    patch: () =>
      replace(Answers.prototype, 'take', (original) => (self, ...args) => {
        setField(self, 'bound', 4095);
        return original(self, ...args);
      }),
  },
  {
    name: 'talkative-errors',
    title: 'adds the endpoints to its errors',
    clause: 'ERR-07',
    caughtBy: 'rs-s.error.shape',
    patch: () =>
      replace(Association.prototype, 'encode', (original) => (self, message) => {
        const { type, transaction } = message as Message;
        const isError =
          'status' in (message as Message) && (message as { status: number }).status !== Status.ok;
        if (!isError) return original(self, message);
        const extra = new Map([[27, [Uint8Array.of(192, 0, 2, 1, 1, 1)]]]);
        const { status } = message as { status: number };
        return encodeBody({ type, transaction, status } as Message, extra);
      }),
  },
  {
    name: 'anybodys-entry',
    title: 'lets any DC withdraw any entry',
    clause: 'RS-22',
    caughtBy: 'rs-s.direction.withdraw-other',
    patch: () =>
      replace(Entries.prototype, 'withdraw', (original) => (self, pathId) => {
        const entry = field<Map<string, Entry>>(self, 'paths').get(pathId as string);
        return original(self, pathId, entry?.owner);
      }),
  },
  {
    name: 'overwrites-entries',
    title: 'lets a second Relay Direction replace an entry',
    clause: 'RS-10',
    caughtBy: 'rs-s.direction.other-content',
    patch: () =>
      replace(Entries.prototype, 'direct', (original) => (self, direction, owner, now) => {
        const paths = field<Map<string, Entry>>(self, 'paths');
        const known = paths.get(toHex((direction as { pathId: Uint8Array }).pathId));
        if (known !== undefined && known.owner === owner)
          (self as Entries).withdraw(known.pathId, known.owner);
        return original(self, direction, owner, now);
      }),
  },
  {
    name: 'full-is-refused',
    title: 'answers refused when its table is full',
    clause: 'RS-12',
    caughtBy: 'rs-s.direction.capacity',
    patch: () =>
      replace(Entries.prototype, 'direct', (original) => (self, ...args) => {
        const status = original(self, ...args);
        return status === Status.busy ? Status.refused : status;
      }),
  },
  {
    name: 'instance-never-changes',
    title: 'registers with the same instance after each start',
    clause: 'RS-15',
    caughtBy: 'rs-s.registration.instance',
    wrap(created) {
      setField(field<object>(created.role, 'dcs'), 'instance', new Uint8Array(8));
      return created;
    },
  },
  {
    name: 'registers-once',
    title: 'never renews its registration',
    clause: 'RS-16',
    caughtBy: 'rs-s.registration.renew',
    patch: () =>
      replace(RegistrationPlan.prototype, 'granted', (original) => (self, _lifetime, now) => {
        original(self, 86_400_000, now);
      }),
  },
  {
    name: 'registers-in-its-own-time',
    title: 'does not register when its association is confirmed again',
    clause: 'RS-16',
    caughtBy: 'rs-s.registration.confirmed',
    patch: () =>
      replace(RegistrationPlan.prototype, 'confirmed', (original) => (self, now) => {
        const dueAt = field<number>(self, 'dueAt');
        const wasGranted = field<number>(self, 'expiresAt') !== Number.NEGATIVE_INFINITY;
        original(self, now);
        if (wasGranted) setField(self, 'dueAt', dueAt);
      }),
  },
  {
    name: 'interval-goes-on',
    title: 'goes on with the interval that it had when its DC opens the association',
    clause: 'RS-18',
    caughtBy: 'rs-s.registration.interval',
    patch: () =>
      replace(RegistrationPlan.prototype, 'confirmed', (original) => (self, now) => {
        const retry = field<number>(self, 'retry');
        original(self, now);
        setField(self, 'retry', retry);
      }),
  },
];
