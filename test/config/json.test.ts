import { jsonFault } from '../../reference/config/json.ts';
import t from '../tap.ts';

const good = [
  '{}',
  '[]',
  ' {"a": [1, -0.5e+3, true, false, null, "\\u00e9\\n\\"é"], "b": {"a": {}}}\n',
  '"text"',
  '0',
];

t.test('JSON has no fault', (t) => {
  for (const text of good) {
    JSON.parse(text);
    t.equal(jsonFault(text), undefined, text);
  }
});

const faults: [text: string, place: string, message: string][] = [
  ['', '1:1', 'the file ends where a value should be'],
  ['{', '1:2', 'the file ends where a key in double quotes should be'],
  ['{"a": 1', '1:8', 'the file ends where "," or "}" should be'],
  ['{\n  "a": 1\n  "b": 2\n}', '3:3', '"," or "}" should be here'],
  ['{"a" 1}', '1:6', '":" should be here'],
  ['{"a": }', '1:7', 'a value should be here'],
  ['{"a": 1,\n}', '1:8', 'a comma stands before "}": remove it'],
  ['[1, 2, ]', '1:6', 'a comma stands before "]": remove it'],
  ['[1 2]', '1:4', '"," or "]" should be here'],
  ["{'a': 1}", '1:2', 'a key in double quotes should be here'],
  ['{a: 1}', '1:2', 'a key in double quotes should be here'],
  ['{\n  // why\n  "a": 1}', '2:3', 'JSON has no comments: remove it'],
  ['[1, /* 2 */ 3]', '1:5', 'JSON has no comments: remove it'],
  ['{"a": "text\n"}', '1:7', 'a text begins here that has no end on its line, or a wrong escape'],
  ['["\\x41"]', '1:2', 'a text begins here that has no end on its line, or a wrong escape'],
  ['[01]', '1:2', 'a value should be here'],
  ['[.5]', '1:2', 'a value should be here'],
  ['[True]', '1:2', 'a value should be here'],
  ['[truely]', '1:2', 'a value should be here'],
  ['[0x10]', '1:2', 'a value should be here'],
  ['{} {}', '1:4', 'there is more after the end: remove it'],
  ['{"a": 1, "b": {"a": 2}, "a": 3}', '1:25', 'the key "a" is there twice: remove one'],
  [`${'['.repeat(70)}`, '1:66', 'it is nested more than 64 deep'],
];

t.test('a fault is found where it is', (t) => {
  for (const [text, place, message] of faults) {
    const fault = jsonFault(text);
    t.equal(
      fault && `${fault.line}:${fault.column} ${fault.message}`,
      `${place} ${message}`,
      text.slice(0, 40),
    );
  }
});

t.test('what the runtime refuses has a fault here, and the other way round', (t) => {
  const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '1', '-', 'null', ' ', '"'];
  let disagree = 0;
  for (let i = 0; i < pieces.length ** 4; i++) {
    const text = [1, 13, 169, 2197].map((place) => pieces[Math.floor(i / place) % 13]).join('');
    let refused = false;
    try {
      JSON.parse(text);
    } catch {
      refused = true;
    }
    if ((jsonFault(text) !== undefined) !== refused) disagree++;
  }
  t.equal(disagree, 0);
});
