import type { DcConfigInput, NodeConfigInput, RsConfigInput } from '../../reference/config/schema.ts';

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

/** The same of a DC, with one association of each kind. */
export function dcExample(): DcConfigInput {
  const trust = (digit: string) => ({
    id: digit.repeat(32),
    secret: SECRET,
    peer: digit.repeat(31).padStart(32, '0'),
  });
  return {
    role: 'dc',
    nodeId: '00000000000000000000000000000002',
    listen: ['127.0.0.1:0'],
    zones: ['ntmobile.one.example'],
    pools: ['198.18.0.0/24', 'fd00:1::/64'],
    associations: [
      { ...trust('a'), peerRole: 'node', name: 'alice.ntmobile.one.example' },
      { ...trust('b'), peerRole: 'rs', kinds: ['S', 'T'], pool: ['192.0.2.9'] },
      {
        ...trust('c'),
        peerRole: 'dc',
        endpoints: ['127.0.0.3:4330'],
        zones: ['ntmobile.two.example'],
        prefixes: ['198.18.1.0/24'],
      },
    ],
  };
}

/** The same of a node. */
export function nodeExample(): NodeConfigInput {
  return {
    role: 'node',
    nodeId: '00000000000000000000000000000003',
    name: 'alice.ntmobile.one.example',
    listen: ['127.0.0.1:0', '[::1]:0'],
    association: {
      id: '0000000000000000000000000000000a',
      secret: SECRET,
      peer: '00000000000000000000000000000002',
      peerRole: 'dc',
      endpoints: ['127.0.0.2:4330'],
    },
  };
}
