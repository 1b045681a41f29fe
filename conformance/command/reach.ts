/** The way to the target, as it was written and as it is meant. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import type { OutsidePlace } from '../target/outside.ts';
import { anyAddress, isAnyAddress } from './addresses.ts';
import { Mistake } from './mistake.ts';
import type { TargetValue } from './values.ts';
import { addressList, endpointList, targetValue } from './values.ts';

/** Where the target is and how it is reached; other commands take these too. */
export interface ReachOptions {
  readonly target?: readonly string[];
  readonly config?: string;
  readonly secretFile?: string;
  readonly tokenFile?: string;
  readonly source?: readonly string[];
  readonly listen?: readonly string[];
  readonly advertise?: readonly string[];
}

/** The way to the target. */
export interface Reach {
  /** Undefined: the reference, started for the occasion. */
  readonly target: TargetValue | undefined;
  /** The tester's own addresses, as the target sees them. */
  readonly sources: readonly Ip[];
  /** Those that it is bound elsewhere for. */
  readonly outside: readonly OutsidePlace[];
  readonly listen: readonly Endpoint[];
}

/** @throws Mistake */
export function reachOf(options: ReachOptions): Reach {
  const [target, second] = (options.target ?? []).map(targetValue);
  if (second !== undefined)
    throw new Mistake(
      'Two targets at once: run the suite once for each, this version plays all others itself.',
    );
  if (target === undefined)
    for (const name of ['config', 'secretFile', 'tokenFile'] as const)
      if (options[name] !== undefined)
        throw new Mistake(`${FLAGS[name]} is about a target: say with --target HOST:PORT where it is.`);
  if (options.config !== undefined && options.tokenFile !== undefined)
    throw new Mistake(
      '--config is for a target without an adapter, --token-file for one with: leave one away.',
    );
  const listen = endpointList('--listen', options.listen ?? []);
  if (listen.length > 0 && options.config === undefined && options.secretFile === undefined)
    throw new Mistake(
      '--listen says where DCs are played for a target without an adapter: add --config FILE, or use --source.',
    );
  const own = listen.find((endpoint) => target !== undefined && sameEndpoint(endpoint, target.endpoint));
  if (own !== undefined) throw notAtTarget('--listen', own);
  return { target, ...sourcesOf(options), listen };
}

/** Two cannot have one port. @param option what names a place of the tester's */
export function notAtTarget(option: string, endpoint: Endpoint): Mistake {
  const where = formatEndpoint(endpoint);
  return new Mistake(
    `${option} ${where} is where the target listens: name other places, at which the tester plays the DCs.`,
  );
}

const FLAGS = { config: '--config', secretFile: '--secret-file', tokenFile: '--token-file' } as const;

/** `--source` and `--advertise`: the same addresses from inside and from outside, in the same order. */
function sourcesOf(options: ReachOptions): Pick<Reach, 'sources' | 'outside'> {
  const inside = addressList('--source', options.source ?? []);
  const outside = addressList('--advertise', options.advertise ?? []);
  if (outside.length === 0) {
    const all = inside.find(isAnyAddress);
    if (all === undefined) return { sources: inside, outside: [] };
    throw new Mistake(
      `--source ${all} is every address of this machine: say with --advertise at which one the target finds it.`,
    );
  }
  const twice = outside.find((ip, at) => outside.indexOf(ip) !== at);
  if (twice !== undefined) throw new Mistake(`--advertise names ${twice} twice: once is enough.`);
  const bound = inside.length > 0 ? inside : outside.map((ip) => anyAddress(family(ip)));
  if (bound.length !== outside.length || outside.some((ip, at) => family(ip) !== family(bound[at] ?? ip)))
    throw new Mistake(
      '--advertise says how the target sees each address of --source: give as many, in the same order and families.',
    );
  const shared = bound.find((ip, at) => bound.indexOf(ip) !== at);
  if (shared !== undefined)
    throw new Mistake(
      `--advertise has several addresses for ${shared}: name with --source which one of this machine each of them leads to.`,
    );
  return {
    sources: outside,
    outside: outside.map((ip, at) => ({
      outside: { ip, port: 0 },
      inside: { ip: bound[at] ?? ip, port: 0 },
    })),
  };
}
