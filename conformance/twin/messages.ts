import type { TwinEnd } from '../twin-port.ts';
import type { Kind } from './keys.ts';

export const MESSAGE_1 = 0x0b;
export const MESSAGE_2 = 0x0c;
export const DATA = 0x10;

export type Use = 'request' | 'answer' | 'answer or request' | 'opening' | 'data';
export type Role = TwinEnd['role'];

/** From whom to whom; `any` is `end → end`. */
export type Way = readonly [from: Role, to: Role] | 'any';

export interface MessageType {
  readonly type: number;
  readonly use: Use;
  readonly association: readonly Way[];
  readonly path: readonly Way[];
  readonly leg: readonly Way[];
}

function row(
  type: number,
  use: Use,
  association: readonly Way[],
  path: readonly Way[] = [],
  leg: readonly Way[] = [],
): MessageType {
  return { type, use, association, path, leg };
}

/** The table of section 16.1. */
export const MESSAGE_TYPES: readonly MessageType[] = [
  row(0x01, 'request', [['node', 'dc']]),
  row(0x02, 'answer', [['dc', 'node']]),
  row(0x03, 'request', [['node', 'dc']]),
  row(0x04, 'answer or request', [
    ['dc', 'node'],
    ['dc', 'dc'],
  ]),
  row(0x05, 'request', [['dc', 'dc']]),
  row(0x06, 'answer', [['dc', 'dc']]),
  row(0x07, 'request', [['dc', 'rs']]),
  row(0x08, 'answer', [['rs', 'dc']]),
  row(0x09, 'request', [['rs', 'dc']]),
  row(0x0a, 'answer', [['dc', 'rs']]),
  row(MESSAGE_1, 'opening', ['any'], ['any'], [['node', 'rs']]),
  row(MESSAGE_2, 'opening', ['any'], ['any'], [['rs', 'node']]),
  row(0x0d, 'request', ['any'], ['any'], ['any']),
  row(0x0e, 'answer', ['any'], ['any'], ['any']),
  row(0x0f, 'request', [], ['any']),
  row(DATA, 'data', [], ['any']),
  row(
    0x11,
    'answer',
    [
      ['node', 'dc'],
      ['dc', 'dc'],
    ],
    ['any'],
  ),
];

export function messageType(type: number): MessageType | undefined {
  return MESSAGE_TYPES.find((message) => message.type === type);
}

/** Whether a kind of channel carries a type and its sender may send it (GEN-18, 16.1). */
export function mayCarry(message: MessageType, kind: Kind, sender: Role, receiver: Role): boolean {
  return message[kind].some((way) => way === 'any' || (way[0] === sender && way[1] === receiver));
}
