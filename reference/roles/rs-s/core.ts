/**
 * RS-S, the relay that switches tunnels. A datagram takes one of three ways in here: to a path of the
 * Relay Table that the hot table did not forward, to a leg's channel, or to an association with a DC.
 */
import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import { hasFailed } from '../../channel/types.ts';
import type { RsConfig } from '../../config/schema.ts';
import { timersFrom } from '../../config/timers.ts';
import type { Counters, Effect, Input, Instant, Random, Role } from '../../core.ts';
import type { TestProfile } from '../../locator.ts';
import { Refusal } from '../../refusal.ts';
import { HEADER_LENGTH, MAGIC, readHeader, TAG_LENGTH } from '../../wire/header.ts';
import type { RelayDirection } from '../../wire/messages.ts';
import { RelayKind, Status, Suite } from '../../wire/registry.ts';
import type { Association } from '../association/association.ts';
import { RelayDcs } from '../relay/dcs.ts';
import type { PathRates } from '../relay/rates.ts';
import { RelayTable } from '../relay/table.ts';
import { channelTimers, endpoints, isLocator, testProfile } from '../settings.ts';
import { Sources } from '../sources.ts';
import { Tally } from '../tally.ts';
import { Entries } from './entries.ts';

/** DOS-04: source addresses whose rate is watched. */
const SOURCES_BOUND = 4096;
/** KEY-22: unconfirmed, 4 that were answered and one of its own. */
const HANDSHAKES_A_CHANNEL = 5;

/** Makes an RS-S and its hot table from a configuration. */
export function createRsS(
  config: RsConfig,
  random: Random,
): { readonly role: Role; readonly table: RelayTable } {
  const table = new RelayTable(ratesOf(config));
  return { role: new RsS(config, table, random), table };
}

/** Of each path. [RS-14] */
export function ratesOf({ limits: { packetsPerSecond, bytesPerSecond } }: RsConfig): PathRates {
  return { packetsPerSecond, bytesPerSecond };
}

class RsS implements Role {
  private readonly config: RsConfig;
  private readonly table: RelayTable;
  private readonly profile: TestProfile;
  private readonly tally = new Tally();
  private readonly entries: Entries;
  private readonly sources: Sources;
  private readonly dcs: RelayDcs;
  private locals: readonly Endpoint[] = [];

  constructor(config: RsConfig, table: RelayTable, random: Random) {
    this.config = config;
    this.table = table;
    const timers = timersFrom(config.timers);
    this.profile = testProfile(config.testProfile);
    this.sources = new Sources(config.limits.perSourcePerSecond, SOURCES_BOUND);
    const { tally, usable } = this;
    this.dcs = new RelayDcs({
      config,
      kind: RelayKind.s,
      suites: [Suite.chacha20Poly1305],
      timers,
      tally,
      random,
      usable,
      advertised: () => this.advertised(),
      direct: (direction, owner, now) => ({ status: this.direct(direction, owner, now) }),
    });
    this.entries = new Entries(
      {
        capacity: config.capacity,
        holdTime: timers['hold-time'],
        rates: ratesOf(config),
        leg: {
          kind: 'leg',
          suite: Suite.chacha20Poly1305,
          self: fromHex(config.nodeId),
          opens: 'peer',
          selfRole: 'rs',
          peerRole: 'node',
          followsContext: false,
          addressing: 'one',
          timers: channelTimers(timers, 'leg'),
        },
        usable: this.usable,
        isTaken: (context) => this.dcs.has(context),
      },
      this.tally,
      random,
    );
  }

  handle(input: Input, now: Instant): Effect[] {
    switch (input.kind) {
      case 'start':
        this.locals = input.locals;
        this.dcs.start(now);
        break;
      case 'datagram':
        this.receive(input.bytes, input.from, now);
        break;
      case 'tick':
        this.entries.tick(now);
        this.dcs.tick(now);
        break;
      case 'done':
        if (input.outcome.what !== 'last-use')
          throw new Error(`an RS-S asked nothing that is ${input.outcome.what}`);
        this.entries.answerLastUse(input.ref, input.outcome.at, now);
        break;
      case 'stop':
        // A relay has no word for goodbye: its DCs notice by the registration that is not renewed.
        break;
      default:
        throw new Error(`an RS-S has no use for an input of kind ${input.kind}`);
    }
    return this.tally.take();
  }

  wakeAt(): Instant | undefined {
    const next = Math.min(
      this.dcs.wakeAt() ?? Number.POSITIVE_INFINITY,
      this.entries.wakeAt() ?? Number.POSITIVE_INFINITY,
    );
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  counters(): Counters {
    const counters = this.tally.counters();
    const { paths, legs, held, handshakes } = this.entries.sizes();
    const associations = this.dcs.all;
    const sum = (of: (association: Association) => number): number =>
      associations.reduce((total, association) => total + of(association), 0);
    const { capacity } = this.config;
    const channels = associations.length + 2 * capacity;
    const tables: Record<string, readonly [number, number]> = {
      associations: [associations.length, associations.length],
      paths: [paths, capacity],
      legs: [legs, 2 * capacity],
      handshakes: [
        handshakes + sum((association) => association.channel.unconfirmedCount()),
        HANDSHAKES_A_CHANNEL * channels,
      ],
      answers: [
        sum((association) => association.answerCount()),
        sum((association) => association.config.answerBound),
      ],
      held: [held, this.entries.heldBound()],
      sources: [this.sources.size, this.sources.bound],
    };
    const offloaded = this.table.offload?.totals();
    if (offloaded !== undefined) tables.kernel = [offloaded.paths, offloaded.capacity];
    for (const [name, [size, bound]] of Object.entries(tables)) {
      counters[`table.${name}.size`] = size;
      counters[`table.${name}.bound`] = bound;
    }
    const add = (name: string, count: number): void => {
      counters[name] = (counters[name] ?? 0) + count;
    };
    add('relay.packets', this.table.packets + (offloaded?.packets ?? 0));
    add('relay.bytes', this.table.bytes + (offloaded?.bytes ?? 0));
    if (offloaded !== undefined) {
      add('relay.kernel.packets', offloaded.packets);
      add('relay.kernel.bytes', offloaded.bytes);
      add('refused.relay-rate', offloaded.refused);
    }
    for (const name of ['relay.held', 'opened.association', 'opened.leg']) counters[name] ??= 0;
    return counters;
  }

  /** Not our own, and not one that no datagram can come from. [RS-09, GEN-16] */
  private readonly usable = (endpoint: Endpoint): boolean =>
    isLocator(endpoint, this.profile) &&
    ![...this.locals, ...this.advertised()].some((own) => sameEndpoint(own, endpoint));

  private receive(bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const context = contextOf(bytes);
    const named = context === undefined ? undefined : this.entries.find(context);
    // RSS-10: a path's datagrams are the relay's whatever their type.
    if (named?.is === 'path') return this.entries.receiveRelayed(named, bytes, from, now);

    const header = readHeader(bytes);
    if (header instanceof Refusal) return this.tally.refuse(header.layer, from);
    const association = toHex(header.context);
    if (named === undefined && !this.dcs.has(association)) return this.tally.refuse('context', from);
    if (!this.sources.admits(from.ip, now)) return this.tally.refuse('rate-source', from);
    const failed =
      named === undefined
        ? this.dcs.receive(association, header, bytes, from, now)
        : hasFailed(this.entries.receiveOnLeg(named, header, bytes, from, now));
    if (failed) this.sources.failed(from.ip, now);
  }

  /** [RS-02, RS-11, RSS-04] */
  private direct(direction: RelayDirection, owner: Association, now: Instant): Status {
    if (direction.withdraw !== undefined) return this.entries.withdraw(toHex(direction.pathId), owner);
    // RS-17: a relay of another kind, or of one that there is not.
    if (!('legs' in direction)) return Status.unsupported;
    return this.entries.direct(direction, owner, now);
  }

  /** Where legs are opened: as configured, or where the sockets are bound. */
  private advertised(): readonly Endpoint[] {
    const { advertise } = this.config;
    return advertise === undefined ? this.locals : endpoints(advertise);
  }
}

/** The context of what looks like one of our datagrams, whatever its type. */
function contextOf(bytes: Uint8Array): string | undefined {
  if (bytes.length < HEADER_LENGTH + TAG_LENGTH || bytes[0] !== MAGIC) return undefined;
  return toHex(bytes.subarray(4, 20));
}
