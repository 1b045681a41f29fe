/** Plays every scenario with every mask, one after the other. */
import type { Ip } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Random } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import { QTYPE, readDnsAnswer } from '../application/dns.ts';
import { address, respond, soa } from '../application/dns-answers.ts';
import { isLoopback } from '../command/addresses.ts';
import { Unjudged } from '../verdict.ts';
import { Configs, GENERAL } from './configs.ts';
import type { Mask } from './masks.ts';
import { masksOf } from './masks.ts';
import type { Scenario } from './scenarios.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Present } from './troupe.ts';
import { Failed, Troupe } from './troupe.ts';

export interface Cell {
  readonly scenario: string;
  readonly mask: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-exercised';
  /** Why it is no pass. */
  readonly reason: string | null;
  readonly ms: number;
}

export interface InteropReport {
  readonly implementations: readonly { readonly name: string; readonly roles: readonly string[] }[];
  readonly scenarios: readonly { readonly name: string; readonly title: string }[];
  readonly cells: readonly Cell[];
}

export interface InteropOptions {
  readonly net: Net;
  readonly random: Random;
  readonly present: readonly Present[];
  /** Where the tester answers DNS. */
  readonly own: Ip;
  /** Names of scenarios; none: all. */
  readonly only?: readonly string[];
  readonly onCell?: (cell: Cell) => void;
}

/** @throws Unjudged if an adapter breaks its contract. */
export async function runInterop(options: InteropOptions): Promise<InteropReport> {
  const { present, only = [], onCell } = options;
  const implementations = present.map(({ name, client }) => ({ name, roles: new Set(client.hello.roles) }));
  const scenarios = SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
  const cells: Cell[] = [];
  for (const scenario of scenarios) {
    for (const mask of masksOf(scenario.parts, implementations)) {
      const cell = await played(scenario, mask, options);
      cells.push(cell);
      onCell?.(cell);
    }
  }
  return {
    implementations: implementations.map(({ name, roles }) => ({ name, roles: [...roles] })),
    scenarios: scenarios.map(({ name, title }) => ({ name, title })),
    cells,
  };
}

async function played(scenario: Scenario, mask: Mask, options: InteropOptions): Promise<Cell> {
  const { net, random } = options;
  const present = new Map(options.present.map((one) => [one.name, one]));
  const began = net.now();
  const cell = (verdict: Cell['verdict'], reason: string | null): Cell => {
    const ms = Math.round(net.now() - began);
    return { scenario: scenario.name, mask: mask.name, verdict, reason, ms };
  };
  const used = [...mask.by.values()].map((name) => present.get(name)?.ip);
  if (scenario.needsLoopback && !used.every((ip) => ip !== undefined && isLoopback(ip)))
    return cell('not-exercised', 'it takes several addresses on one host: adapters on loopback');
  const global = [...new Set(used.filter((ip) => ip !== undefined))].map((ip) => prefixOf(ip));
  const configs = new Configs({ random, parts: scenario.parts, global });
  const troupe = new Troupe({ net, random, mask, configs, present, title: scenario.name });
  const dns = await net.bind({ ip: options.own, port: 0 }, (bytes, from) => dns.send(answered(bytes), from));
  try {
    await troupe.start(scenario.own?.(formatEndpoint(dns.local)) ?? {});
    await scenario.play(troupe);
    return cell('pass', null);
  } catch (error) {
    if (error instanceof Failed) return cell('fail', error.message);
    if (error instanceof Unjudged) return cell('inconclusive', error.message);
    throw error;
  } finally {
    await troupe.end();
    await dns.close();
  }
}

/** All of loopback, or one host. */
function prefixOf(ip: Ip): string {
  if (isLoopback(ip)) return ip.includes(':') ? '::1/128' : '127.0.0.0/8';
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}

/** What DNS has: one general host. */
function answered(query: Uint8Array): Uint8Array {
  const asked = readDnsAnswer(query);
  if (asked?.name.toLowerCase() !== GENERAL.name)
    return respond(query, { rcode: 3, authorities: [soa('example')] });
  if (asked.type !== QTYPE.A) return respond(query, { authorities: [soa('example.com')] });
  return respond(query, { answers: [address(asked.name, GENERAL.address.split('.').map(Number))] });
}
