/** A datagram in words: one line for a chart, and the bytes explained for a report. */
import { toHex } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../reference/wire/cbor-diagnostic.ts';
import { HEADER_LENGTH, isOpening, TAG_LENGTH } from '../../reference/wire/header.ts';
import { isMessageType, Key, MESSAGES, MessageType } from '../../reference/wire/registry.ts';
import type { Body } from '../fields.ts';
import { numberField } from '../fields.ts';
import { describeStatus } from '../status.ts';

/** What is known of a datagram beside its bytes. */
export interface Known {
  readonly bytes: Uint8Array;
  /** `association`, `path`, `leg`, if the tester ends or sends on one. */
  readonly kind: string | undefined;
  /** What was sealed: a body, or bytes as they are. */
  readonly content: Body | Uint8Array | undefined;
  readonly fault: string | undefined;
}

/** A few words: `Direction Response on the association, status 5 (refused)`. */
export function label({ bytes, kind, content, fault }: Known): string {
  const type = bytes[1] ?? 0;
  if (bytes.length < HEADER_LENGTH) return `${bytes.length} bytes`;
  const name = isMessageType(type) ? MESSAGES[type].name : `type 0x${type.toString(16).padStart(2, '0')}`;
  const parts = [kind === undefined ? name : `${name} on the ${kind}`];
  if (!(content instanceof Uint8Array) && numberField(content, 'status') !== undefined) {
    parts.push(describeStatus(numberField(content, 'status')));
  }
  if (content instanceof Uint8Array && type === MessageType.data)
    parts.push(`${content.length} bytes inside`);
  if (fault !== undefined) parts.push(fault);
  return parts.join(', ');
}

/** The bytes line by line: each field of the header with its value, then what was sealed. */
export function annotate({ bytes, content, fault }: Known): string[] {
  if (bytes.length < HEADER_LENGTH) return [`${toHex(bytes)}  no header: ${bytes.length} bytes`];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = bytes[1] ?? 0;
  const name = isMessageType(type) ? MESSAGES[type].name : 'no message';
  const part = (from: number, to: number) => toHex(bytes.subarray(from, to));
  const lines = [
    `${part(0, 1)}  magic`,
    `${part(1, 2)}  type: ${name}`,
    `${part(2, 4)}  key ID`,
    `${part(4, 20)}  context`,
    `${part(20, 28)}  ${isOpening(type) ? 'order number' : 'sequence'} ${view.getBigUint64(20)}`,
  ];
  const sealed = bytes.length - HEADER_LENGTH;
  if (isOpening(type)) lines.push(...opening(bytes, sealed));
  else
    lines.push(
      ...wrapped(part(HEADER_LENGTH, bytes.length), `sealed, ${sealed} bytes with the tag of ${TAG_LENGTH}`),
    );
  if (content instanceof Uint8Array)
    lines.push(...wrapped(toHex(content), `inside, ${content.length} bytes`));
  else if (content !== undefined) lines.push(...diagnostic(content));
  if (fault !== undefined) lines.push(`fault: ${fault}`);
  return lines;
}

function opening(bytes: Uint8Array, sealed: number): string[] {
  const key = toHex(bytes.subarray(HEADER_LENGTH, HEADER_LENGTH + 32));
  const rest = toHex(bytes.subarray(HEADER_LENGTH + 32));
  return [`${key}  ephemeral key`, `${rest}  tag${sealed === 48 ? '' : ', and what does not belong here'}`];
}

/** One line for each entry of a body, with the name of its key. */
function diagnostic(content: Body): string[] {
  const sorted = [...content].sort(([a], [b]) => Number(a) - Number(b));
  const entries = sorted.map(([key, value]) => {
    const name = KEY_NAMES.get(key);
    return `  ${toDiagnostic(key)}: ${toDiagnostic(value)}${name === undefined ? '' : `  / ${name} /`}`;
  });
  return ['body {', ...entries, '}'];
}

const KEY_NAMES: ReadonlyMap<CborValue, string> = new Map<CborValue, string>(
  Object.entries(Key).map(([name, number]) => [
    number,
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ]),
);

/** Hex in lines of 32 bytes; what it is stands on the first. */
function wrapped(hex: string, what: string): string[] {
  const lines = hex.match(/.{1,64}/g) ?? [''];
  return lines.slice(0, MAX_LINES).map((line, i) => (i === 0 ? `${line}  ${what}` : line));
}

/** A longer payload says no more. */
const MAX_LINES = 8;
