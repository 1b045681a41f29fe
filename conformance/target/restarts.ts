/**
 * Notices that an adapter was started anew. It asks the same hello again and again, each time with another nonce: who
 * goes on has the answer still and gives the old nonce back, who was started since answers with the new one.
 */
import { answerSchema, RESULTS, request } from '../../adapters/contract.ts';
import type { Message } from '../../adapters/framing.ts';
import {
  Assembler,
  DATAGRAM_ELSEWHERE,
  DATAGRAM_LOOPBACK,
  fromDatagram,
  messageKey,
  toDatagrams,
} from '../../adapters/framing.ts';
import { formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Socket } from '../../reference/net/net.ts';
import { isLoopback } from '../command/addresses.ts';
import type { AdapterClientOptions } from './adapter-client.ts';

/** Milliseconds between two hellos. */
const INTERVAL = 250;
const ID = 1;

/**
 * Calls back each time that the adapter answers for the first time after it was started, the first time included
 * where it was not there at the beginning.
 * @returns what ends it
 */
export async function watchRestarts(
  options: AdapterClientOptions,
  onStart: () => void,
): Promise<() => Promise<void>> {
  const { net, adapter, local, random, token } = options;
  const framing = {
    datagram: isLoopback(adapter.ip) ? DATAGRAM_LOOPBACK : DATAGRAM_ELSEWHERE,
    token,
  };
  const tester = random(8);
  const assembler = new Assembler();
  const first = random(8);
  // Whoever is there already answers the first one.
  let known = toHex(first);
  const socket: Socket = await net.bind(local, (bytes, from) => {
    if (!sameEndpoint(from, adapter)) return;
    const frame = fromDatagram(Uint8Array.from(bytes), framing);
    const nonce = nonceOf(frame && assembler.add(frame, formatEndpoint(from)), `${toHex(tester)} ${ID}`);
    if (nonce === undefined || nonce === known) return;
    known = nonce;
    onStart();
  });
  let cancel = () => {};
  const ask = (nonce: Uint8Array): void => {
    const hello = request(tester, ID, 'hello', { nonce }) as Message;
    for (const datagram of toDatagrams(hello, framing)) socket.send(datagram, adapter);
    cancel = net.schedule(net.now() + INTERVAL, () => ask(random(8)));
  };
  ask(first);
  return async () => {
    cancel();
    await socket.close();
  };
}

function nonceOf(message: Message | undefined, key: string): string | undefined {
  if (message === undefined || messageKey(message) !== key) return undefined;
  const answer = answerSchema.safeParse(message);
  if (!answer.success || answer.data.answer !== 'done') return undefined;
  const result = RESULTS.hello.safeParse(answer.data.result);
  return result.success ? toHex(result.data.nonce) : undefined;
}
