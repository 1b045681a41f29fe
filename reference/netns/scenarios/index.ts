/** The scenarios by their names. */
import type { Scenario } from '../stage.ts';
import { cname } from './cname.ts';
import { firstContact } from './first-contact.ts';
import { handoverCurl } from './handover-curl.ts';
import { handoverIperf3 } from './handover-iperf3.ts';
import { relayKilled } from './relay-killed.ts';
import { rsNWeb } from './rs-n-web.ts';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'first-contact': firstContact,
  'handover-curl': handoverCurl,
  'handover-iperf3': handoverIperf3,
  'relay-killed': relayKilled,
  cname,
  'rs-n-web': rsNWeb,
};
