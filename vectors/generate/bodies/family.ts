/** The bodies of all messages: what is read from them, and which are refused by what. */
import { Bodies } from './body.ts';
import { misencoded } from './encoding.ts';
import { endpoints } from './endpoints.ts';
import { extensions } from './extensions.ts';
import { goodBodies } from './good.ts';
import { pairs } from './pairs.ts';
import { misfits } from './schema.ts';

const NOTES = {
  'not-shortest': {
    about: 'A number, a length or a tag that is not in its shortest form.',
    effect: 'One body has several encodings: a repeat is not known by its bytes.',
  },
  indefinite: { about: 'An indefinite length, or a break.', effect: 'One body has several encodings.' },
  trailing: { about: 'Bytes after the map.', effect: 'Bytes travel that nobody checks.' },
  truncated: {
    about: 'The map ends before it is over.',
    effect: 'Memory beyond the body is read, or reserved for what never comes.',
  },
  'not-a-map': {
    about: 'The body is something else than a map.',
    effect: 'Code that expects a map fails elsewhere.',
  },
  'reserved-head': {
    about: 'A head that CBOR does not have.',
    effect: 'A decoder loops or reads on at the wrong place.',
  },
  'key-order': { about: 'Keys of a map that do not ascend.', effect: 'One body has several encodings.' },
  'duplicate-key': {
    about: 'A key that is in a map twice.',
    effect: 'Two ends read two values from one body.',
  },
  'not-utf8': { about: 'Text that is not UTF-8.', effect: 'Ends compare names that they read differently.' },
  'no-transaction': {
    about: 'No key 0 with 8 bytes: there is nothing that could be answered.',
    effect: 'An answer that belongs to no request.',
  },
  'missing-key': { about: 'A key that has to be there is not.', effect: 'A value is made up.' },
  'wrong-length': {
    about: 'A byte string of another length than its type has.',
    effect: 'IDs are cut or filled up, so that two become one.',
  },
  mapped: {
    about: 'An IPv4-mapped IPv6 address.',
    effect: 'One address has two forms, and a list that excludes one does not exclude the other.',
  },
  'port-zero': { about: 'An endpoint with port 0.', effect: 'Datagrams go nowhere.' },
  'list-length': {
    about: 'A list with too many entries, or too few.',
    effect: 'Tables grow beyond their bounds.',
  },
  name: { about: 'A name that is not lower-case ASCII labels.', effect: 'Two names are one node.' },
  'wrong-type': {
    about: 'A value of another CBOR type.',
    effect: 'Code that expects a type fails elsewhere.',
  },
  range: {
    about: 'A number outside of its range, or false where there is true alone.',
    effect: 'An entry that never ends, or at once.',
  },
  'above-32-bits': {
    about: 'A number under a key of the registry that is above 2^32 - 1.',
    effect: 'Implementations keep other parts of it.',
  },
  'family-twice': {
    about: 'Two entries of one address family where there is one of each at most.',
    effect: 'Ends choose differently.',
  },
  together: {
    about: 'Keys that exclude or need each other.',
    effect: 'An end does something that the other did not ask for.',
  },
  'not-listed': {
    about: 'A key of the registry that is not listed for this body, with another type than its own.',
    effect: 'A key could never be listed there later.',
  },
  critical: {
    about: 'An unknown key from 0x8000 up.',
    effect: 'A request takes effect without a condition that it depends on.',
  },
  forbidden: {
    about: 'A tag, a float, a simple value, a key that is no unsigned integer, or too much depth.',
    effect: 'Ends disagree on what a body says, or run out of stack.',
  },
};

export function bodies(): Bodies {
  const about = 'Bodies of all messages: what is read from them, and which layer refuses which.';
  const family = new Bodies('bodies', 1, about, NOTES);
  const goods = goodBodies(family);
  misencoded(family, goods);
  misfits(family, goods);
  extensions(family, goods);
  endpoints(family);
  pairs(family, goods);
  return family;
}
