import { readFile } from 'node:fs/promises';
import { jsonFault } from '../config/json.ts';
import type { RoleConfig } from '../config/schema.ts';
import { describeConfigError, roleConfig } from '../config/schema.ts';

/** A person's mistake. The message is one line: what is wrong and how to mend it. */
export class UsageError extends Error {}

/**
 * Reads the configuration of a role from a JSON file.
 * @throws UsageError if there is no such file, or it is no JSON, or no configuration of this role; never with a
 * secret in it.
 */
export async function readConfig<Name extends RoleConfig['role']>(
  file: string,
  role: Name,
): Promise<Extract<RoleConfig, { readonly role: Name }>> {
  const text = await readText(file);
  const fault = jsonFault(text);
  if (fault !== undefined) throw new UsageError(`${file}:${fault.line}:${fault.column}: ${fault.message}`);
  const result = roleConfig.safeParse(JSON.parse(text));
  if (!result.success) throw new UsageError(describeConfigError(result.error, file));
  const config: RoleConfig = result.data;
  if (config.role !== role)
    throw new UsageError(
      `${file}: is the configuration for ${config.role}: run "ntmobile ${config.role}" with it`,
    );
  return config as Extract<RoleConfig, { readonly role: Name }>;
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: check the path',
  ENOTDIR: 'there is no such file: check the path',
  EISDIR: 'is a folder: name a file in it',
  EACCES: 'may not be read by this user: check its permissions',
  EPERM: 'may not be read by this user: check its permissions',
};

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${FAULTS[code] ?? `cannot be read (${code})`}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${file}: is not UTF-8 text: save it as such`);
  }
}
