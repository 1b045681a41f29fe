/** The schemas of bodies and the spec's CDDL say the same: key by key, and on random bodies. */
import fc from 'fast-check';
import { toHex } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../reference/wire/cbor-diagnostic.ts';
import type { BodyFields, BodyType } from '../../reference/wire/messages.ts';
import { bodyFields, decodeBody, encodeBody, hasBody, innerFields } from '../../reference/wire/messages.ts';
import { Key, MESSAGES, MessageType, Status } from '../../reference/wire/registry.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';
import type { CborMap } from './cddl.ts';
import { faultsOfMap, formsOf, linesOf, tailOf, valuesOf } from './cddl.ts';

const TYPES = Object.values(MessageType).filter(hasBody);
const FORMS = TYPES.flatMap((type) => bodyFields(type).map((form) => ({ type, ...form })));

/** The name of a type's rule: the message's name, without the word for the kind of Tunnel Request. */
function ruleOf(type: BodyType): string {
  return MESSAGES[type].name.replace(', probing', '').toLowerCase().replaceAll(' ', '-');
}

/** What the CDDL leaves to section 6.4. */
const PROSE: Readonly<Record<string, (body: CborMap) => boolean>> = {
  'direction-request': (body) => {
    const [byName, byAddress, want] = [body.has(Key.peerFqdn), body.has(Key.peerAddress), body.get(Key.want)];
    if (byName && byAddress) return false;
    if (body.has(Key.replaces) !== body.has(Key.reason)) return false;
    return byName || (want !== 1 && (byAddress || want !== 2));
  },
  'route-direction-order': (body) => {
    const relay = body.get(Key.relay) as CborMap | undefined;
    const kind = relay?.get(Key.kind);
    if (!body.has(Key.peer) && (relay === undefined || kind === 1)) return false;
    return relay?.has(Key.leg) === true ? kind !== 2 && kind !== 3 : kind !== 1;
  },
  'relay-direction-s': (body) => {
    const legs = body.get(Key.legs) as readonly CborMap[];
    const values = legs.flatMap((leg) => [...leg.values()]).concat(body.get(Key.pathId) ?? null);
    return new Set(values.map(toDiagnostic)).size === values.length;
  },
};

/** Bodies of a form that are right; those that prose makes rare are brought about. */
function bodiesOf(rule: string): fc.Arbitrary<CborMap> {
  const bodies = valuesOf(rule) as fc.Arbitrary<CborMap>;
  return bodies
    .map((body) => REPAIR[rule]?.(new Map(body)) ?? body)
    .filter((body) => PROSE[rule]?.(body) ?? true);
}

type Repair = (body: Map<CborValue, CborValue>) => CborMap;

const REPAIR: Readonly<Record<string, Repair>> = {
  'route-direction-order': (body) => {
    const relay = body.get(Key.relay) as CborMap | undefined;
    if (relay === undefined) return body;
    const kind = relay.has(Key.leg) ? 1 : 2 + (Number(relay.get(Key.kind)) % 3);
    return body.set(Key.relay, new Map([...relay, [Key.kind, kind]]));
  },
};

t.test('each type has the forms that its rule has', (t) => {
  for (const type of TYPES) {
    const ours = bodyFields(type).map(({ rule }) => rule);
    t.same(ours.sort(), formsOf(ruleOf(type)).sort(), ruleOf(type));
  }
});

t.test('keys, presence and types are those of the CDDL', (t) => {
  const check = ({ rule, fields }: BodyFields): void => {
    const ours = fields
      .filter(({ presence }) => presence !== 'forbidden')
      .map(({ key, presence, type }) => ({ key, presence, type }));
    const theirs = linesOf(rule).map(({ key, presence, type }) => ({ key, presence, type }));
    t.same(ours.sort(byKey), theirs.sort(byKey), rule);
    t.same(tailOf(rule), ['known', 'uint => any'], `what ends ${rule}`);
  };
  for (const form of [...FORMS, ...innerFields()]) check(form);
});

t.test('GEN-22: `known` has each key of the registry', (t) => {
  const keys = linesOf('known').map(({ key }) => key);
  t.same(keys, Object.values(Key));
});

for (const { type, rule } of FORMS) {
  const decode = (body: CborMap) => decodeBody(type, encodeCbor(body));

  t.test(`${rule} of type ${type}: random bodies are taken`, (t) => {
    const fits = fc.property(bodiesOf(rule), (body) => {
      const bytes = encodeCbor(body);
      const decoded = decodeBody(type, bytes);
      return (
        decoded.ok && decoded.message.type === type && toHex(encodeBody(decoded.message)) === toHex(bytes)
      );
    });
    holds(t, fits, { numRuns: 150 });
  });

  t.test(`${rule} of type ${type}: one fault is refused`, (t) => {
    const faults = fc
      .sample(bodiesOf(rule), 15)
      .flatMap((body) => faultsOfMap(linesOf(rule), body))
      // Another status is another form, and that may well fit.
      .filter(({ key, why }) => !(key === Key.status && /\d (0|1)$/.test(why)))
      .filter(
        ({ key, why }) => !(key === Key.status && type === MessageType.routeDirection && /missing/.test(why)),
      );
    const taken = faults.filter(({ key, value }) => {
      const decoded = decode(value as CborMap);
      if (decoded.ok) return true;
      if (key === Key.transaction) return decoded.layer !== 'encoding';
      const { use } = MESSAGES[type];
      const answer = use === 'answer' || (use === 'either' && (value as CborMap).has(Key.status));
      return decoded.layer !== 'schema' || decoded.status !== (answer ? undefined : Status.malformed);
    });
    t.ok(faults.length > 20, `${faults.length} faults`);
    t.same(
      taken.map(({ why, value }) => `${why}: ${toDiagnostic(value)}`),
      [],
    );
  });
}

t.test('GEN-22: a key that is not listed has its type all the same, and is ignored', (t) => {
  for (const { type, rule } of FORMS) {
    const listed = bodyFields(type).flatMap(({ fields }) => fields.map(({ key }) => key));
    const selecting: readonly number[] = [Key.kind, Key.withdraw, Key.status];
    const others = linesOf('known').filter(
      ({ key }) => !listed.includes(key as Key) && !selecting.includes(key),
    );
    const [body] = fc.sample(bodiesOf(rule), 1);
    if (body === undefined) throw new Error('no body');
    const wanted = decodeBody(type, encodeCbor(body));
    const right = others.filter((line) => {
      const [value = null] = fc.sample(valuesOf(line.type === 'true' ? 'part' : line.type), 1);
      const extended = new Map([...body, [line.key, line.type === 'true' ? true : value]]);
      const decoded = decodeBody(type, encodeCbor(extended));
      return decoded.ok && toHex(encodeBody(decoded.message)) === toHex(encodeCbor(body));
    });
    const wrong = others.filter(({ key }) => {
      const decoded = decodeBody(type, encodeCbor(new Map([...body, [key, null]])));
      return !decoded.ok && decoded.layer === 'schema';
    });
    t.ok(wanted.ok);
    t.same(
      right.map(({ key }) => key),
      others.map(({ key }) => key),
      `${rule}: right types are ignored`,
    );
    t.same(
      wrong.map(({ key }) => key),
      others.map(({ key }) => key),
      `${rule}: wrong types are refused`,
    );
  }
});

function byKey(a: { readonly key: number }, b: { readonly key: number }): number {
  return a.key - b.key;
}
