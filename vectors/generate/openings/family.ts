/** Openings: message 1, message 2, and the initiator's end of it, with every value on the way. */
import { draw } from '../random.ts';
import { Family } from '../vector.ts';
import { brokenFinish, brokenRespond } from './broken.ts';
import { keyIds } from './key-ids.ts';
import { opening } from './opening.ts';
import { unusualKeys } from './unusual-keys.ts';

const NOTES = {
  secret: {
    about: 'The ends have different secrets.',
    effect: 'Who has no secret of the channel opens it.',
  },
  prologue: {
    about: 'The ends differ in one part of the prologue.',
    effect: 'An opening is taken on another channel, in the other direction, or with another suite.',
  },
  header: {
    about: 'The header is not the one that it has to be.',
    effect: 'Who stands between the ends changes order number, context or type unnoticed.',
  },
  'one-bit': { about: 'One bit of a good message is another one.', effect: 'The tag is not checked.' },
  length: { about: 'An opening of other than 76 bytes.', effect: 'One message has two encodings.' },
  'low-order': {
    about: 'A public key of small order: X25519 gives 32 zero bytes. The tag was made for it.',
    effect: 'Keys that do not depend on the own ephemeral key: no forward secrecy.',
  },
  'other-attempt': {
    about: 'A good message 2, but for another message 1.',
    effect: 'An answer to an earlier attempt ends a later one.',
  },
};

export function openings(): Family {
  const family = new Family('openings', 1, 'Noise NNpsk0 as channels use it.', NOTES);
  const leg = opening(family, 'leg', 'a leg', { kind: 'leg' });
  const path1 = opening(family, 'path.suite-1', 'a path with suite 1', { kind: 'path' });
  const path2 = opening(
    family,
    'path.suite-2',
    'a path with suite 2',
    { kind: 'path', suite: 2 },
    { order: 77n },
  );
  const association = opening(
    family,
    'association',
    'an association',
    { kind: 'association' },
    { order: 0n },
  );
  const alias = draw('openings: alias', 16);
  const byAlias = { order: 0n, context: alias };
  const aliased = opening(
    family,
    'association.alias',
    'an association, by an alias',
    { kind: 'association' },
    byAlias,
  );
  opening(
    family,
    'leg.highest-order',
    'a leg with the highest order number',
    { kind: 'leg' },
    {
      order: (1n << 64n) - 1n,
    },
  );
  workedExample(family);

  keyIds(family, leg);
  unusualKeys(family, leg);
  brokenRespond(family, leg, path1, path2, aliased);
  brokenFinish(family, leg, association);
  return family;
}

/** The one that stands in the spec. */
function workedExample(family: Family): void {
  const bytes = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i);
  const setting = {
    kind: 'leg',
    suite: 1,
    channel: bytes(0x10, 16),
    secret: bytes(0x40, 32),
    initiator: new Uint8Array(16).fill(0xa1),
    responder: new Uint8Array(16).fill(0xb2),
  } as const;
  opening(family, 'worked-example', "the leg of the spec's worked example", setting, {
    e: bytes(0x01, 32),
    r: bytes(0x21, 32),
  });
}
