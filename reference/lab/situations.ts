/** The situations of nodes in words, as the spec's table of situations (DC-10) has them. */
import type { Kind } from './netns/sites.ts';
import type { Situation } from './places.ts';

const WORDS: Readonly<Record<Situation | Kind, string>> = {
  G4: 'a global IPv4 address',
  FC: 'NAT, full cone: who was sent to once lets everybody in',
  RC: 'NAT, restricted cone: lets in who was sent to, from any port',
  PR: 'NAT, port restricted: lets in who was sent to, from that port alone',
  SY: 'NAT, symmetric: another port for each that is sent to',
  CE: 'two NATs in a row, PR behind PR',
  CS: 'two NATs in a row, PR behind SY',
  V6: 'IPv6 alone, behind a firewall',
  V64: 'IPv6 alone, behind a firewall and a NAT64',
  DS: 'IPv4 behind PR, and IPv6',
  SPI: 'a global IPv4 address behind a firewall, no NAT',
};

/** A line for each: `FC   NAT, full cone: ...`. */
export function describeSituations(shown: readonly (Situation | Kind)[]): string[] {
  return shown.map((code) => `${code.padEnd(5)}${WORDS[code]}`);
}
