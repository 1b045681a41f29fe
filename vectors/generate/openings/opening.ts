/** One opening, good, seen from both ends. */
import type { Message1, Message2, Setting } from '../noise.ts';
import { message1, message2, publicOf, sharedOf } from '../noise.ts';
import { draw } from '../random.ts';
import type { Family, Vector } from '../vector.ts';

/** One opening with all that both ends saw of it. */
export interface Opening {
  readonly setting: Setting;
  readonly e: Uint8Array;
  readonly first: Message1;
  readonly second: Message2;
  readonly vectors: { readonly initiate: Vector; readonly respond: Vector; readonly finish: Vector };
}

interface Change {
  readonly order?: bigint;
  readonly context?: Uint8Array;
  readonly e?: Uint8Array;
  readonly r?: Uint8Array;
}

/** Three vectors of one opening: message 1, the responder's end, the initiator's end. */
export function opening(
  family: Family,
  name: string,
  what: string,
  fixed: Partial<Setting> & Pick<Setting, 'kind'>,
  {
    order = 1n,
    context,
    e = draw(`openings ${name}: e`, 32),
    r = draw(`openings ${name}: r`, 32),
  }: Change = {},
): Opening {
  const setting: Setting = {
    suite: 1,
    channel: draw(`openings ${name}: channel`, 16),
    secret: draw(`openings ${name}: secret`, 32),
    initiator: draw(`openings ${name}: initiator`, 16),
    responder: draw(`openings ${name}: responder`, 16),
    ...fixed,
  };
  const first = message1(setting, context ?? setting.channel, order, publicOf(e));
  const second = message2(setting, first, publicOf(r), sharedOf(r, first.E));
  const request = first.datagram;
  const initiate = family.valid(`${name}.message-1`, {
    clauses: ['KEY-01', 'KEY-02', 'KEY-03', 'KEY-24'],
    comment: `Message 1 on ${what}.`,
    call: 'open-initiate',
    input: { ...setting, context: context ?? setting.channel, order, ephemeral: e },
    steps: first.steps,
    output: { datagram: request },
  });
  const respond = family.valid(`${name}.message-2`, {
    clauses: ['KEY-01', 'KEY-03', 'KEY-15', 'KEY-17', 'KEY-38'],
    comment: `Message 1 verifies on ${what} and is answered.`,
    call: 'open-respond',
    input: { ...setting, request, ephemerals: [r], held: [] },
    steps: { ...first.steps, ...second.steps },
    output: { datagram: second.datagram, ...second.opened },
  });
  const finish = family.valid(`${name}.finish`, {
    clauses: ['KEY-01', 'KEY-15', 'KEY-17', 'KEY-38'],
    comment: `Message 2 verifies on ${what}: the initiator has the responder's keys.`,
    call: 'open-finish',
    input: { ...setting, request, ephemeral: e, response: second.datagram, held: [] },
    steps: { ...first.steps, ...second.steps },
    output: { ...second.opened },
  });
  return { setting, e, first, second, vectors: { initiate, respond, finish } };
}
