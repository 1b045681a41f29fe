/** Faults in what an RS-S takes for a Relay Direction: it mends what it should refuse. */
import { sameBytes } from '../../reference/bytes.ts';
import { Channel } from '../../reference/channel/channel.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import type { Header } from '../../reference/wire/header.ts';
import { Key, MessageType } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace } from '../reference/variant.ts';

const DAY = 86_400;

type Fields = Map<CborValue, CborValue>;

export const DIRECTIONS: readonly Saboteur[] = [
  {
    name: 'legs-of-one-secret',
    title: 'takes a Relay Direction that gives both legs one secret',
    clause: 'RSS-13',
    caughtBy: 'rs-s.direction.legs',
    patch: () =>
      mending((body) => {
        const [first, second] = body.get(Key.legs) as readonly CborValue[];
        if (!(first instanceof Map && second instanceof Map)) return;
        const [one, other] = [first.get(Key.legSecret), second.get(Key.legSecret)];
        if (!(one instanceof Uint8Array && other instanceof Uint8Array && sameBytes(one, other))) return;
        second.set(
          Key.legSecret,
          other.map((byte) => byte ^ 0xff),
        );
      }),
  },
  {
    name: 'short-path-secret-ignored',
    title: 'ignores the secret of a path where it has another length than 32 bytes',
    clause: 'RSS-04',
    caughtBy: 'rs-s.direction.path-secret',
    patch: () =>
      mending((body) => {
        const secret = body.get(Key.pathSecret);
        if (secret instanceof Uint8Array && secret.length !== 32) body.delete(Key.pathSecret);
      }),
  },
  {
    name: 'lifetime-cut-to-a-day',
    title: 'takes a lifetime of more than a day as one of a day',
    clause: 'RSS-14',
    caughtBy: 'rs-s.direction.lifetime',
    patch: () =>
      mending((body) => {
        const lifetime = body.get(Key.lifetime);
        if (typeof lifetime === 'number' && lifetime > DAY) body.set(Key.lifetime, DAY);
      }),
  },
];

/** Reads each Relay Direction for an RS-S with something changed in its body. */
function mending(change: (body: Fields) => void): void {
  replace(Channel.prototype, 'deliver', (original) => (self, header, keys, bytes, ...rest) => {
    const isDirection = (header as Header).type === MessageType.relayDirection;
    const decoded = isDirection ? decodeCbor(bytes as Uint8Array) : undefined;
    const isBody = decoded !== undefined && !(decoded instanceof Refusal) && decoded.kind === 'value';
    const body = isBody && decoded.value instanceof Map ? decoded.value : undefined;
    if (body === undefined || !Array.isArray(body.get(Key.legs)))
      return original(self, header, keys, bytes, ...rest);
    change(body);
    return original(self, header, keys, encodeCbor(body), ...rest);
  });
}
