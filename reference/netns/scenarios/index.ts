/** The scenarios by their names. */
import type { Scenario } from '../stage.ts';
import { firstContact } from './first-contact.ts';
import { relayKilled } from './relay-killed.ts';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'first-contact': firstContact,
  'relay-killed': relayKilled,
};
