/** The scenarios by their names. */
import type { Scenario } from '../stage.ts';
import { balancer } from './balancer.ts';
import { cname } from './cname.ts';
import { firstContact } from './first-contact.ts';
import { handoverCurl } from './handover-curl.ts';
import { handoverIperf3 } from './handover-iperf3.ts';
import { matrix } from './matrix.ts';
import { optimisation } from './optimisation.ts';
import { relayKilled } from './relay-killed.ts';
import { rsNWeb } from './rs-n-web.ts';
import { rsTSip } from './rs-t-sip.ts';
import { tenMoves } from './ten-moves.ts';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'first-contact': firstContact,
  optimisation,
  matrix,
  'handover-curl': handoverCurl,
  'handover-iperf3': handoverIperf3,
  'ten-moves': tenMoves,
  'relay-killed': relayKilled,
  cname,
  'rs-n-web': rsNWeb,
  'rs-t-sip': rsTSip,
  balancer,
};
