/**
 * The tables of the Wireshark dissector, made of the reference's registry and of the types that the spec gives the
 * body keys. This file run as a program writes them:
 * `node --import ./test/typescript.js test/wireshark/tables.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  HEADER_LENGTH,
  MAGIC,
  MAX_CONTROL_LENGTH,
  OPENING_LENGTH,
  TAG_LENGTH,
} from '../../reference/wire/header.ts';
import {
  Feature,
  FIRST_CRITICAL_KEY,
  GREASE_KEYS,
  Key,
  MESSAGES,
  MessageType,
  Part,
  Reason,
  RelayKind,
  Route,
  STATUS_NAMES,
  Suite,
} from '../../reference/wire/registry.ts';

export const TABLES = new URL('../../adapters/wireshark/ntmobile_tables.lua', import.meta.url);
const REGISTRIES = new URL('../../conformance/spec/16-registries.md', import.meta.url);

/** Where a body key holds numbers that have names. */
const NAMES: Readonly<Record<string, string>> = {
  status: 'STATUSES',
  suite: 'SUITES',
  suites: 'SUITES',
  features: 'FEATURES',
  part: 'PARTS',
  reason: 'REASONS',
  want: 'RELAY_KINDS',
  kind: 'RELAY_KINDS',
  kinds: 'RELAY_KINDS',
  route: 'ROUTES',
};

/** The whole file, as it has to be. */
export function tables(): string {
  const relayKinds = Object.entries(RelayKind).map(
    ([letter, number]) => [number, `RS-${letter.toUpperCase()}`] as const,
  );
  return [
    '-- Numbers and names of NTMobile, written by test/wireshark/tables.ts, not by hand.\n\nlocal T = {}\n\n',
    ...[constant('MAGIC', MAGIC), constant('HEADER', HEADER_LENGTH), constant('TAG', TAG_LENGTH)],
    ...[constant('OPENING', OPENING_LENGTH), constant('LONGEST_CONTROL', MAX_CONTROL_LENGTH)],
    constant('OPENING_REQUEST', MessageType.openingRequest),
    constant('OPENING_RESPONSE', MessageType.openingResponse),
    constant('DATA', MessageType.data),
    constant('FIRST_CRITICAL_KEY', FIRST_CRITICAL_KEY),
    list(
      'TYPES',
      Object.entries(MESSAGES).map(([type, { name }]) => [Number(type), name]),
    ),
    list(
      'STATUSES',
      Object.entries(STATUS_NAMES).map(([status, name]) => [Number(status), name]),
    ),
    ...[list('SUITES', named(Suite)), list('FEATURES', named(Feature)), list('PARTS', named(Part))],
    ...[list('REASONS', named(Reason)), list('ROUTES', named(Route)), list('RELAY_KINDS', relayKinds)],
    `T.GREASE = { ${GREASE_KEYS.map((key) => `[${key}] = true`).join(', ')} }\n\n`,
    `T.KEYS = {\n${keyLines()}}\n\nreturn T\n`,
  ].join('');
}

function constant(name: string, value: number): string {
  return `T.${name} = ${value}\n`;
}

type Row = readonly [number, string];

function list(name: string, rows: readonly Row[]): string {
  return `T.${name} = {\n${rows.map(([number, text]) => `  [${number}] = "${text}",\n`).join('')}}\n\n`;
}

function keyLines(): string {
  const types = keyTypes();
  const line = (name: string, number: number): string => {
    const names = NAMES[name];
    const shape = shapeOf(types.get(number) ?? 'none');
    return `  [${number}] = { "${name}", "${shape}"${names === undefined ? '' : `, T.${names}`} },\n`;
  };
  return Object.entries(Key)
    .map(([name, number]) => line(kebab(name), number))
    .join('');
}

/** As section 16.6 has them. */
function keyTypes(): Map<number, string> {
  const [, section = ''] = readFileSync(REGISTRIES, 'utf8').split('\n## 16.6 ');
  const rows = section.split('\n## ')[0]?.matchAll(/^\| (\d+) \| [a-z-]+ \| (.+?) \| /gm) ?? [];
  return new Map(Array.from(rows, ([, number, type = '']) => [Number(number), type]));
}

/** What one value is, alone or in a list. */
function shapeOf(type: string): string {
  const item = /^\[\d?\*\d? (.*)\]$/.exec(type)?.[1] ?? type;
  if (item.startsWith('bstr')) return 'bytes';
  if (item === 'uint' || /^\(?\d/.test(item)) return 'number';
  if (item === 'true') return 'boolean';
  if (item === 'name') return 'text';
  if (item === 'address' || item === 'endpoint') return item;
  if (/^(peer|relay|leg|relay-leg)$/.test(item)) return 'map';
  throw new Error(`the dissector does not know the type ${type}`);
}

function named(registry: Readonly<Record<string, number>>): Row[] {
  return Object.entries(registry).map(([name, number]) => [number, kebab(name)]);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TABLES, tables());
