/** An attack on a role in another process, over UDP. What the role counts, and how much memory it has, is looked at amid it. */
import type { Fields } from '../../adapters/cbor.ts';
import { AdapterClient } from '../../conformance/target/adapter-client.ts';
import { Unjudged } from '../../conformance/verdict.ts';
import type { Counters } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import type { Layer } from '../../reference/refusal.ts';
import { LAYERS } from '../../reference/refusal.ts';
import { endpoint } from '../channel/pair.ts';
import { Dice } from './dice.ts';
import { compareCounters, Violation } from './judge.ts';
import { startAdapter } from './process.ts';

/** Batches between two looks at the counters. */
const LOOK = 40;

export interface OutsideOptions {
  readonly seed: string;
  readonly count: number;
  /** A variant of the reference in the place of the reference, to see that its faults are found. */
  readonly variant?: string | undefined;
  readonly progress: (done: number) => void;
}

export interface OutsideResult {
  readonly datagrams: number;
  readonly received: number;
  readonly canary: number;
  readonly refused: ReadonlyMap<Layer, number>;
  /** Of the other process in bytes, half way and at the end; none where the system does not tell. */
  readonly memory: readonly (number | undefined)[];
  readonly faults: readonly string[];
}

/** A role that was started. */
export interface Target {
  readonly client: AdapterClient;
  readonly instance: number;
  readonly endpoints: readonly string[];
}

/** Who attacks. What is thrown as a Violation is a finding. */
export interface Attacker {
  /** Datagrams sent and received. */
  readonly datagrams: number;
  readonly received: number;
  /** How often the role was seen to be alive. */
  readonly alive: number;
  readonly faults: string[];
  /** @returns what the role is started with */
  prepare(): Promise<Fields>;
  begin(target: Target): Promise<void>;
  batch(): Promise<void>;
  close(): Promise<void>;
}

/** Attacks a role behind an adapter in a process of its own. */
export async function besiege(
  role: string,
  attack: Attacker,
  net: Net,
  { seed, count, variant, progress }: OutsideOptions,
): Promise<OutsideResult> {
  const adapter = await startAdapter(variant);
  const memory: (number | undefined)[] = [];
  let counters: Counters = {};
  let client: AdapterClient | undefined;
  try {
    const config = await attack.prepare();
    const random = new Dice(`${seed} adapter`).bytes;
    const local = endpoint('127.0.0.1:0');
    client = await AdapterClient.connect({ net, adapter: adapter.at, local, random });
    const target = { client, ...(await client.call('start', { role, config, case: 'fuzz' })) };
    const look = async (): Promise<void> => {
      const now = await target.client.counters(target.instance);
      compareCounters(counters, now);
      counters = now;
    };
    await attack.begin(target);
    for (let batch = 1; attack.datagrams < count && attack.faults.length === 0; batch++) {
      await attack.batch();
      if (batch % LOOK === 0) await look();
      if (memory.length === 0 && attack.datagrams >= count / 2) memory.push(await adapter.memory());
      progress(attack.datagrams);
    }
    await look();
    memory.push(await adapter.memory());
  } catch (fault) {
    // An adapter that answers no more is one whose role has ended.
    if (!(fault instanceof Violation || fault instanceof Unjudged)) throw fault;
    attack.faults.push(fault.message);
  } finally {
    await client?.close();
    await attack.close();
    await adapter.stop();
  }
  const { datagrams, received, alive, faults } = attack;
  const refused = new Map(LAYERS.map((layer): [Layer, number] => [layer, counters[`refused.${layer}`] ?? 0]));
  return { datagrams, received, canary: alive, refused, memory, faults };
}
