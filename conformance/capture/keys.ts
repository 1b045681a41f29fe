/**
 * Keys of channels as lines of text, for who wants to read a capture:
 *
 * ```
 *   context (32 hex)  kind  key ID (4 hex)  suite  who seals: initiator or responder  key (64 hex)
 * ```
 */
import { toHex } from '../../reference/bytes.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { PlayedKeys } from '../played/keys.ts';

export const KEY_FILE_HEAD = `# Test secrets of one run of ntm-conform. Each line, a key:
# context, kind of channel, key ID, suite, who seals with it, key
# Nonce: four zero bytes, then the sequence of the header; associated data: the 28 bytes of the header.
`;

/** Gives each key once under each context that stands for its channel, as soon as the channel has it. */
export class KeyLines {
  readonly #written = new WeakMap<PlayedKeys, Set<string>>();

  /** Lines that were not given before. */
  of(channel: PlayedChannel): string[] {
    const contexts = [channel.id, ...channel.aliases].map(toHex);
    return channel.keys.flatMap((keys) => {
      const written = this.#written.get(keys) ?? new Set();
      this.#written.set(keys, written);
      const unwritten = contexts.filter((context) => !written.has(context));
      for (const context of unwritten) written.add(context);
      return unwritten.flatMap((context) => keyLines(channel, context, keys));
    });
  }
}

function keyLines({ kind }: PlayedChannel, context: string, keys: PlayedKeys): string[] {
  const { keyId, suite, initiator, sendKey, receiveKey } = keys;
  const start = `${context} ${kind} ${keyId.toString(16).padStart(4, '0')} ${suite}`;
  const [tester, target] = initiator ? ['initiator', 'responder'] : ['responder', 'initiator'];
  return [`${start} ${tester} ${toHex(sendKey)}\n`, `${start} ${target} ${toHex(receiveKey)}\n`];
}
