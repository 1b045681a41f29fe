/** The cases of a DC's DNS, in the order of the spec's sections. */
import type { Case } from '../../case.ts';
import { DNS_APEX_CASES } from './apex.ts';
import { DNS_HOSTILE_CASES } from './hostile.ts';
import { DNS_NAME_CASES } from './names.ts';
import { DNS_NODE_CASES } from './nodes.ts';
import { DNS_TRANSPORT_CASES } from './transport.ts';
import { DNS_UPDATE_CASES } from './update.ts';

export const DNS_CASES: readonly Case[] = [
  ...DNS_APEX_CASES,
  ...DNS_NODE_CASES,
  ...DNS_NAME_CASES,
  ...DNS_TRANSPORT_CASES,
  ...DNS_HOSTILE_CASES,
  ...DNS_UPDATE_CASES,
];
