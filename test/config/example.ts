import type { RsConfigInput } from '../../reference/config/schema.ts';

export const SECRET = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

/** A small configuration without a fault, new each time. */
export function example(): RsConfigInput & { associations: [RsConfigInput['associations'][number]] } {
  return {
    role: 'rs-s',
    nodeId: '00000000000000000000000000000001',
    listen: ['127.0.0.1:0'],
    associations: [
      {
        id: '0000000000000000000000000000000a',
        secret: SECRET,
        peer: '00000000000000000000000000000002',
        peerRole: 'dc',
        endpoints: ['127.0.0.2:4330'],
      },
    ],
  };
}
