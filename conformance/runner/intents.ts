/** Holds what the tester sent to its intent, by the twin. */

import { sameBytes, toHex } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../reference/wire/cbor-diagnostic.ts';
import { isBody } from '../fields.ts';
import { describeIntent } from '../intent.ts';
import type { Sent, Transcript } from '../observe/transcript.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { Twin, TwinChannel, TwinFinding, TwinLayer } from '../twin-port.ts';
import { TWIN_LAYERS } from '../twin-port.ts';

/** Sequences by key; each handshake has keys of its own. */
type Seen = Map<Uint8Array, Set<bigint>>;

const NONE: ReadonlySet<bigint> = new Set();

/** The twin is slow by design: after so many datagrams others get their turn. */
const AT_A_TIME = 8;

/**
 * The first datagram of a transcript that is not what it was said to be, in words; undefined if all are.
 * @param pause lets others get on.
 */
export async function checkIntents(
  transcript: Transcript,
  twin: Twin,
  pause: () => Promise<void>,
): Promise<string | undefined> {
  /** Sequences that were sent under each key before the datagram that is looked at. */
  const seen: Seen = new Map();
  const all = transcript.entries.flatMap((entry) => (entry.kind === 'sent' ? [entry.sent] : []));
  for (const [index, sent] of all.entries()) {
    if (index % AT_A_TIME === AT_A_TIME - 1) await pause();
    if (sent.intent.kind === 'relayed') continue;
    // Of a datagram of no channel nothing can be told that needs one.
    if (sent.channel === undefined && wantedLayer(sent) === undefined && sent.intent.kind === 'fault')
      continue;
    const finding = twin.judge(
      sent.bytes,
      sent.channel === undefined ? [] : [asReceiver(sent.channel, sent, seen)],
    );
    const wrong = compare(sent, finding);
    if (wrong !== undefined)
      return `${sent.peer} sent what it had not meant (${describeIntent(sent.intent)}): ${wrong}`;
    if (finding.kind === 'sealed' || finding.kind === 'data') note(sent, seen);
  }
  return undefined;
}

function compare(sent: Sent, finding: TwinFinding): string | undefined {
  const { intent } = sent;
  const found = finding.kind === 'refused' ? finding.layer : undefined;
  const wanted = wantedLayer(sent);
  if (found !== wanted) {
    const why = finding.kind === 'refused' ? `: ${finding.why}` : '';
    return `the twin says ${found ?? 'valid'}${why}, not ${wanted ?? 'valid'}`;
  }
  if (finding.kind === 'refused') {
    const status = intent.kind === 'fault' ? intent.status : undefined;
    return finding.status === status ? undefined : `the twin says status ${finding.status}, not ${status}`;
  }
  return sameContent(sent, finding);
}

function sameContent({ content }: Sent, finding: TwinFinding): string | undefined {
  if (content === undefined) return undefined;
  if (finding.kind === 'data') {
    const same = content instanceof Uint8Array && sameBytes(content, finding.payload);
    return same ? undefined : `the twin reads ${toHex(finding.payload)}`;
  }
  if (finding.kind !== 'sealed' || content instanceof Uint8Array) return undefined;
  return finding.body === toDiagnostic(sorted(content)) ? undefined : `the twin reads ${finding.body}`;
}

/** The same with the keys of all maps in the order in which they are encoded: they are numbers. */
function sorted(value: CborValue): CborValue {
  if (isBody(value)) {
    const entries = Array.from(value, ([key, item]) => [key, sorted(item)] as const);
    return new Map(entries.sort(([a], [b]) => (Number(a) < Number(b) ? -1 : 1)));
  }
  return Array.isArray(value) ? (value as readonly CborValue[]).map(sorted) : value;
}

/** A played channel as the end knows it that the datagram goes to. */
function asReceiver(channel: PlayedChannel, sent: Sent, seen: Seen): TwinChannel {
  return {
    kind: channel.kind,
    id: channel.id,
    aliases: channel.aliases,
    secret: channel.secret,
    suite: channel.suite,
    sender: channel.own,
    receiver: channel.peer,
    keys: channel.keys
      .filter((keys) => !sent.erased.includes(keys))
      .map(({ keyId, sendKey }) => ({ keyId, key: sendKey, seen: seen.get(sendKey) ?? NONE })),
    highestOrder: sent.highestOrder,
    unconfirmed: sent.unconfirmed,
    // Those of `attempts` fit as often as they come.
    finished: [],
    // The target alone knows whether it waits still; nobody else has its private keys.
    attempts: sent.answered,
  };
}

function note({ channel, bytes, keys }: Sent, seen: Seen): void {
  if (channel === undefined || keys === undefined) return;
  const sequences = seen.get(keys.sendKey) ?? new Set();
  sequences.add(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(20));
  seen.set(keys.sendKey, sequences);
}

/** The layer that the twin has to name; undefined where it has to find nothing wrong. */
function wantedLayer({ intent }: Sent): TwinLayer | undefined {
  if (intent.kind !== 'fault') return undefined;
  return TWIN_LAYERS.find((layer) => layer === intent.layer);
}
