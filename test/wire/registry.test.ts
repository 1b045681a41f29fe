/** The numbers and names in the code are those of the spec's chapter "Registries". */
import { readFileSync } from 'node:fs';
import { LAYERS } from '../../reference/refusal.ts';
import {
  answerTypeOf,
  Feature,
  FIRST_CRITICAL_KEY,
  GREASE_KEYS,
  isMessageType,
  Key,
  MESSAGES,
  MessageType,
  mayCarry,
  Part,
  Reason,
  RelayKind,
  Route,
  STATUS_NAMES,
  Status,
  Suite,
} from '../../reference/wire/registry.ts';
import t from '../tap.ts';

const spec = readFileSync(new URL('../../conformance/spec/16-registries.md', import.meta.url), 'utf8');

/** The rows of the first table of a section, without its head, each as its cells. */
function table(heading: string): string[][] {
  const section = spec.split(/^## /m).find((text) => text.split('\n')[0]?.endsWith(heading)) ?? '';
  const [first = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  return first.trim().split('\n').slice(2).map(cells);
}

/** Number to name. */
function numbered(heading: string): [number, string][] {
  return table(heading).map(([number, name]) => [Number(number), name ?? '']);
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const entries = (registry: Readonly<Record<string, number>>): [number, string][] =>
  Object.entries(registry).map(([name, number]) => [number, kebab(name)]);

t.test('GEN-04: message types and their names', (t) => {
  const names = Object.entries(MESSAGES).map(([type, { name }]) => [Number(type), name]);
  t.same(numbered('Message types'), names);
  t.same(
    Object.values(MessageType),
    names.map(([type]) => type),
  );
});

t.test('GEN-18: who may send which message to whom on which kind of channel', (t) => {
  const ends: Readonly<Record<string, string>> = {
    association: 'node → dc, dc → node, dc → dc, dc → rs, rs → dc',
    path: 'node → node, node → rs, rs → node',
    leg: 'node → rs, rs → node',
  };
  const roles = ['node', 'dc', 'rs'] as const;
  for (const [number, name, ...carriers] of table('Message types')) {
    const type = Number(number);
    if (!isMessageType(type)) throw new Error(`no type ${number}`);
    for (const [index, kind] of (['association', 'path', 'leg'] as const).entries()) {
      const cell = carriers[index]?.replace('end → end', ends[kind] ?? '') ?? '';
      const allowed = roles.flatMap((from) =>
        roles.filter((to) => mayCarry(kind, type, from, to)).map((to) => `${from} → ${to}`),
      );
      t.same(
        allowed.sort(),
        cell
          .split(', ')
          .filter((text) => text !== '')
          .sort(),
        `${name} on ${kind}`,
      );
    }
  }
});

t.test('GEN-09: what is a request and what an answer, and in which type', (t) => {
  const uses = table('Message types').map((row) => [Number(row[0]), row[5]]);
  const ours = Object.entries(MESSAGES).map(([type, { use }]) => [
    Number(type),
    use === 'either' ? 'answer, request' : use,
  ]);
  t.same(ours, uses);
  const requests = uses.filter(([, use]) => String(use).includes('request')).map(([type]) => Number(type));
  const answered = Object.values(MessageType).filter((type) => answerTypeOf(type) !== undefined);
  t.same(answered, requests);
  t.ok(answered.every((type) => MESSAGES[answerTypeOf(type) ?? type].use !== 'request'));
});

t.test('ERR-01: statuses', (t) => {
  t.same(numbered('Statuses'), entries(Status));
  t.same(
    numbered('Statuses'),
    Object.entries(STATUS_NAMES).map(([number, name]) => [Number(number), name]),
  );
});

t.test('features, reasons, parts, routes', (t) => {
  t.same(numbered('Features'), entries(Feature));
  t.same(numbered('Reasons'), entries(Reason));
  t.same(numbered('Parts'), entries(Part));
  t.same(numbered('Routes'), entries(Route));
});

t.test('suites and kinds of relay', (t) => {
  t.same(
    table('Suites').map(([number]) => Number(number)),
    Object.values(Suite),
  );
  t.match(table('Suites')[0]?.[1], 'ChaCha20-Poly1305');
  t.match(table('Suites')[1]?.[1], 'AES-256-GCM');
  t.same(
    numbered('Kinds of relay'),
    entries(RelayKind).map(([number, name]) => [number, `RS-${name.toUpperCase()}`]),
  );
});

t.test('GEN-22: body keys', (t) => {
  t.same(numbered('Body keys'), entries(Key));
});

t.test('GEN-07, GEN-21: where critical keys begin, and grease', (t) => {
  t.equal(FIRST_CRITICAL_KEY, 0x8000);
  const listed = GREASE_KEYS.map((key) => `0x${key.toString(16).padStart(4, '0')}`).join(', ');
  t.match(spec, listed);
  t.ok(GREASE_KEYS.every((key) => key < FIRST_CRITICAL_KEY));
});

t.test('GEN-19: refusing layers, in their order', (t) => {
  const layers = table('Refusing layers').map(([, layer]) => layer);
  t.same(layers, LAYERS);
});
