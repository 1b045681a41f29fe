/** Many nodes and one relay, made from their numbers alone, so that a DC and those who play them have the same. */
import type { DcConfig, DcConfigInput } from '../../../reference/config/schema.ts';
import { dcConfig } from '../../../reference/config/schema.ts';

const ZONE = 'ntmobile.bench.example';
const DC_ID = 'd'.repeat(32);
/** Place of the relay among the numbers, which no node has. */
export const RELAY = 0xffffff;

const hex = (kind: string, number: number, digits: number): string =>
  kind + number.toString(16).padStart(digits - 1, '0');

const idOf = (number: number): string => hex('a', number, 32);
const secretOf = (number: number): string => hex('b', number, 64);
export const nodeIdOf = (number: number): string => hex('c', number, 32);
export const nameOf = (number: number): string => `n${number}.${ZONE}`;

/** As people write it. @param listen an endpoint */
export function dcInput(nodes: number, listen: string): DcConfigInput {
  const trust = (number: number) => ({
    id: idOf(number),
    secret: secretOf(number),
    peer: nodeIdOf(number),
  });
  return {
    role: 'dc',
    nodeId: DC_ID,
    listen: [listen],
    zones: [ZONE],
    pools: ['10.0.0.0/8', 'fd00:1::/64'],
    associations: [
      ...Array.from({ length: nodes }, (_, number) => ({
        ...trust(number),
        peerRole: 'node' as const,
        name: nameOf(number),
      })),
      { ...trust(RELAY), peerRole: 'rs', kinds: ['S'] },
    ],
    limits: { paths: 1_000_000 },
    // What was registered first is still so when the last one is.
    timers: { 'registration-lifetime': 3600, 'relay-registration-lifetime': 3600 },
    testProfile: { global: ['127.0.0.0/8'] },
  };
}

/** The configuration of the DC, checked. */
export function dcOf(nodes: number, listen: string): DcConfig {
  return dcConfig.parse(dcInput(nodes, listen));
}

export interface Trust {
  readonly id: string;
  readonly secret: string;
  readonly self: string;
  readonly peer: string;
}

/** What a node, or the relay, has to know of its association with the DC. */
export function trustOf(number: number): Trust {
  return { id: idOf(number), secret: secretOf(number), self: nodeIdOf(number), peer: DC_ID };
}
