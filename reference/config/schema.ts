/**
 * A role's configuration, as it stands in a JSON file and in an adapter's `start`: plain values, hex and
 * endpoints as text. What comes out is canonical (lower-case hex, RFC 5952) and has its defaults filled in.
 */
import { z } from 'zod';
import { dcConfig } from './dc.ts';
import { wantedOneOf } from './messages.ts';
import { nodeConfig } from './node.ts';
import { ntmaConfig } from './ntma.ts';
import { rsNConfig } from './rs-n.ts';
import { rsConfig } from './rs-s.ts';
import { rsTConfig } from './rs-t.ts';

export type { DcConfig, DcConfigInput } from './dc.ts';
export { dcConfig } from './dc.ts';
export { describeConfigError } from './errors.ts';
export { endpointFrom } from './fields.ts';
export type { NodeConfig, NodeConfigInput } from './node.ts';
export { nodeConfig } from './node.ts';
export type { NtmaConfig, NtmaConfigInput } from './ntma.ts';
export { ntmaConfig } from './ntma.ts';
export type { RsNConfig, RsNConfigInput } from './rs-n.ts';
export { rsNConfig } from './rs-n.ts';
export type { RsConfig, RsConfigInput } from './rs-s.ts';
export { rsConfig } from './rs-s.ts';
export type { RsTConfig, RsTConfigInput } from './rs-t.ts';
export { rsTConfig } from './rs-t.ts';

/** The configuration of any role, told apart by `role`. */
export const roleConfig = z.discriminatedUnion(
  'role',
  [dcConfig, nodeConfig, rsConfig, rsNConfig, rsTConfig, ntmaConfig],
  wantedOneOf('role', ['dc', 'node', 'rs-s', 'rs-n', 'rs-t', 'ntma']),
);

export type RoleConfig = z.output<typeof roleConfig>;
