/** The family `refused` on an RS-S of the reference: the layer that refuses, and all that goes out. */
import { toHex } from '../../reference/bytes.ts';
import t from '../tap.ts';
import type { Vector } from './load.ts';
import { loadFamilies, meantFields } from './load.ts';
import type { RelayWorld, Sent } from './relay.ts';
import { Relay } from './relay.ts';

const family = loadFamilies().find(({ family: name }) => name === 'refused');
if (family === undefined) throw new Error('no family refused');
const { vectors } = family;
const { world } = family as unknown as { readonly world: RelayWorld };

interface Outcome {
  readonly refused: readonly string[];
  readonly effect: string;
  readonly status?: unknown;
  readonly to?: string | undefined;
}

/** What the relay makes of a vector. */
function outcome({ input }: Vector): Outcome {
  const { situation, from } = input as { situation: string; from: string };
  const { datagram } = meantFields(input) as { datagram: Uint8Array };
  const relay = new Relay(world, situation);
  const before = relay.refusals();
  const held = relay.counter('relay.held');
  const sent = relay.arrive(datagram, from);
  const refused = relay.refusals();
  for (const layer of before) refused.splice(refused.indexOf(layer), 1);
  if (sent.length === 0) return { refused, effect: relay.counter('relay.held') > held ? 'held' : 'silence' };
  if (sent.length > 1) return { refused, effect: `${sent.length} datagrams` };
  return { refused, ...effectOf(relay, from, datagram, sent[0] as Sent) };
}

function effectOf(
  relay: Relay,
  from: string,
  datagram: Uint8Array,
  { bytes, to }: Sent,
): Omit<Outcome, 'refused'> {
  const place = Object.entries(world.places).find(([, address]) => address === to)?.[0];
  if (toHex(bytes) === toHex(datagram)) return { effect: 'relayed', to: place };
  if (place !== from) return { effect: `a datagram to ${to}` };
  if (Object.values(world.channels).some(({ message2 }) => message2 === toHex(bytes)))
    return { effect: 'message-2' };
  return { effect: 'answer', status: relay.opened(from, bytes)?.body.get(1) };
}

function wantedOf({ output, refused }: Vector): Outcome {
  if (refused === undefined) return { refused: [], ...(output as unknown as Omit<Outcome, 'refused'>) };
  const { layer, status } = refused;
  return {
    refused: [layer],
    ...(status === undefined ? { effect: 'silence' } : { effect: 'answer', status }),
  };
}

t.test('each has its outcome, and no other', (t) => {
  for (const vector of vectors) {
    const found = outcome(vector);
    if (vector.result === 'implementation-defined') {
      const allowed = [wantedOf(vector), wantedOf({ ...vector, refused: undefined } as unknown as Vector)];
      t.ok(
        allowed.some((wanted) => JSON.stringify(wanted) === JSON.stringify(found)),
        vector.id,
      );
    } else {
      t.same(found, wantedOf(vector), vector.id);
    }
  }
});
