/** One call of the adapter's codec, its result read by the contract's schema. */
import type { Fields } from '../../../adapters/cbor.ts';
import type { CodecCall, CodecInput } from '../../../adapters/codec.ts';
import { isWithout, resultSchema } from '../../../adapters/codec.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { CaseInfo } from '../../case.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';

export const CODEC_CASE: Pick<
  CaseInfo,
  'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'
> = { level: 'MUST', roles: ['codec'], adapterLevel: 2, features: [], needs: [], isolation: 'shared' };

/** A result: fields by name, or why there are none. */
export type Result = Readonly<Record<string, unknown>>;

/** @throws Unjudged if the result is none by the contract, or there was none */
export async function call<Call extends CodecCall>(
  world: World,
  input: CodecInput<Call> & { readonly call: Call },
): Promise<Result> {
  // Bytes, numbers, texts and lists of them: what the contract's schemas take is what its encoding takes.
  const fields = await world.target.codec(input as unknown as Fields);
  const read = resultSchema(input.call, fields).safeParse(fields);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join('.') ?? 'result';
  throw new Unjudged('inconclusive', 'adapter', `the adapter breaks the contract: ${where} of ${input.call}`);
}

/** A result in words: the same for the same, whatever its numbers and bytes are made of. */
export function shown(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${name} ${shown(item)}`)
    .join(', ');
}

/** Judges a result; a field that is not expected is not looked at. */
export function expectResult(world: World, result: Result, expected: Result, about: string): void {
  const names = Object.keys(isWithout(result) || isWithout(expected) ? result : expected);
  const actual = Object.fromEntries(names.map((name) => [name, result[name]]));
  world.check(shown(actual) === shown(expected), shown(expected), shown(actual), about);
}
