/** NTMobile Adaptor: a node whose application is a system behind a second interface, a balancer for example. */
import type { NtmaConfig } from '../../config/ntma.ts';
import type { Counters, Effect, Input, Instant, Random, Role, TunnelHotTable } from '../../core.ts';
import { createNode } from '../node/core.ts';

/**
 * Makes an NTMA and its hot table from a configuration. Inner packets that it delivers are for the system inside, as
 * they came (NTMA-02); those that are handed in come from there. [NTMA-01]
 * @param aeads what makes the AEADs of paths; the runtime if not given
 */
export function createNtma(
  config: NtmaConfig,
  random: Random,
  aeads?: Parameters<typeof createNode>[2],
): { readonly role: Role; readonly tunnels: TunnelHotTable } {
  const { role, tunnels } = createNode(
    {
      ...config,
      role: 'node',
      dns: { listen: [], onFailure: 'servfail' },
      // NTMA-09: nothing goes to a real network, by a relay neither.
      general: { policy: 'bypass', destinations: [], lease: false },
    },
    random,
    aeads,
  );
  return { role: new Ntma(role), tunnels };
}

class Ntma implements Role {
  private readonly node: Role;

  constructor(node: Role) {
    this.node = node;
  }

  /** As a node does, but that there is no resolver. */
  handle(input: Input, now: Instant): Effect[] {
    if (input.kind === 'query') return [{ kind: 'dns-answer', query: input.query, message: undefined }];
    return this.node.handle(input, now);
  }

  wakeAt(): Instant | undefined {
    return this.node.wakeAt();
  }

  counters(): Counters {
    return this.node.counters();
  }
}
