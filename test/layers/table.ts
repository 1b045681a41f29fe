/** What one folder may import, besides its own files. */
export interface Layer {
  /** A folder with all below it, or files. `*` stands for any one name; the first row that matches counts. */
  readonly of: string;
  /** Folders, files, packages; `node:*` for every module of the platform. */
  readonly may: readonly string[];
  /** Does I/O: may read clocks and use timers, and every file has to do with the world outside. */
  readonly io?: true;
}

const core = ['reference/*.ts'];
const contract = ['adapters/*.ts'];
const role = [
  ...core,
  'reference/crypto/',
  'reference/wire/',
  'reference/channel/',
  'reference/config/',
  'reference/packet/',
  'reference/dns/',
  'reference/roles/*.ts',
  'reference/roles/association/',
  'reference/roles/relay/',
  'zod',
  'reference/roles/tunnel/',
];

/** One row for each folder. A file that no row covers is an error. */
export const layers: readonly Layer[] = [
  { of: 'reference/*.ts', may: [] },
  { of: 'reference/crypto/', may: [...core, '@noble/ciphers', 'node:crypto', 'node:buffer'] },
  { of: 'reference/wire/', may: [...core, 'reference/crypto/', 'zod', 'cbor-x'] },
  { of: 'reference/channel/', may: [...core, 'reference/crypto/', 'reference/wire/'] },
  { of: 'reference/config/', may: [...core, 'reference/wire/registry.ts', 'reference/dns/names.ts', 'zod'] },
  { of: 'reference/packet/', may: core },
  { of: 'reference/bpf/', may: core },
  { of: 'reference/nft/', may: core },
  { of: 'reference/host/', may: core },
  {
    of: 'reference/dns/',
    may: [...core, 'reference/crypto/', 'reference/wire/', 'zod', 'dns-packet', 'node:buffer'],
  },
  { of: 'reference/roles/rs-n/napt/', may: [...core, 'reference/packet/'] },
  // An NTMA is a node, with another system as its application.
  { of: 'reference/roles/ntma/', may: [...core, 'reference/config/', 'reference/roles/node/'] },
  { of: 'reference/roles/rs-n/', may: [...role, 'reference/roles/rs-n/napt/'] },
  { of: 'reference/roles/*/', may: role },
  {
    of: 'reference/roles/*.ts',
    may: [
      ...core,
      'reference/crypto/',
      'reference/wire/',
      'reference/channel/',
      'reference/config/',
      'reference/roles/association/',
      'reference/roles/relay/',
    ],
  },
  { of: 'reference/ffi/', may: ['node:*'], io: true },
  { of: 'reference/trace/', may: [...core, 'reference/wire/'] },
  {
    of: 'reference/net/udp/',
    may: [...core, 'reference/net/*.ts', 'reference/net/mmsg/', 'reference/ffi/', 'node:*'],
    io: true,
  },
  { of: 'reference/net/', may: [...core, 'reference/packet/'] },
  {
    of: 'reference/drivers/kernel/',
    may: [...core, 'reference/bpf/', 'reference/nft/', 'reference/ffi/', 'reference/roles/relay/', 'node:*'],
    io: true,
  },
  {
    of: 'reference/drivers/',
    may: [
      ...core,
      'reference/drivers/kernel/',
      'reference/net/',
      'reference/config/',
      'reference/dns/',
      'reference/ffi/',
      'reference/host/',
      'reference/packet/offload/',
      'reference/trace/',
      'node:*',
    ],
    io: true,
  },
  { of: 'reference/lab/', may: ['reference/'] },
  // The same laboratory out of namespaces of Linux: what is to be done is a plan in reference/lab/netns.
  { of: 'reference/netns/', may: ['reference/', 'node:*'], io: true },
  { of: 'reference/cli/', may: ['reference/', 'commander', 'picocolors', 'node:*'], io: true },

  { of: 'conformance/reporters/junit.ts', may: ['conformance/', 'xmlbuilder2'] },
  { of: 'conformance/twin/', may: ['conformance/twin-port.ts', 'conformance/twin-routes.ts', 'node:crypto'] },
  {
    of: 'conformance/cli/',
    may: ['conformance/', ...core, 'reference/net/', ...contract, 'zod', 'commander', 'picocolors', 'node:*'],
    io: true,
  },
  {
    of: 'conformance/spec-page/',
    may: ['conformance/*.ts', 'conformance/html/', 'conformance/reporters/', 'marked'],
  },
  {
    of: 'conformance/',
    may: [
      ...core,
      'reference/crypto/',
      'reference/wire/',
      'reference/config/',
      'reference/packet/',
      'reference/dns/',
      'reference/net/*.ts',
      'reference/net/memory/',
      'conformance/twin/',
      ...contract,
      'zod',
      'fast-check',
      'node:crypto',
    ],
  },

  { of: 'adapters/kit/', may: [...core, ...contract, 'reference/net/', 'zod'] },
  { of: 'adapters/reference.ts', may: ['reference/', 'adapters/', 'node:*'], io: true },
  { of: 'adapters/variant.ts', may: ['reference/', 'adapters/', 'node:*', 'commander'], io: true },
  { of: 'adapters/reference/', may: ['reference/', ...contract, 'adapters/kit/'] },
  { of: 'adapters/saboteurs/', may: ['reference/', ...contract, 'adapters/kit/', 'adapters/reference/'] },
  { of: 'adapters/oddities/', may: ['reference/', ...contract, 'adapters/kit/', 'adapters/reference/'] },
  {
    of: 'adapters/*.ts',
    may: [...core, 'reference/config/', 'reference/wire/cbor*.ts', 'zod', 'node:crypto'],
  },

  {
    of: 'vectors/generate/',
    may: [...core, 'reference/crypto/', 'reference/wire/', 'reference/dns/', 'node:crypto'],
  },
  { of: 'vectors/*.ts', may: ['vectors/generate/', 'node:*'], io: true },
];
