/**
 * A relay that is the far end of its paths: an RS-N or an RS-T. DCs direct the paths, nodes open them, and what comes
 * out of one goes to the general side, which is all that the two kinds differ in.
 */
import type { Endpoint } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import { fromHex, toHex } from '../../bytes.ts';
import type { RelayConfig } from '../../config/relay.ts';
import { timersFrom } from '../../config/timers.ts';
import type { Counters, Effect, Input, Instant, Random, Role } from '../../core.ts';
import type { MakeAead } from '../../crypto/aead.ts';
import type { TestProfile } from '../../locator.ts';
import { Refusal } from '../../refusal.ts';
import { readHeader } from '../../wire/header.ts';
import type { RelayKind } from '../../wire/registry.ts';
import { endpoints, isLocator, testProfile } from '../settings.ts';
import { Sources } from '../sources.ts';
import { Tally } from '../tally.ts';
import { RelayDcs } from './dcs.ts';
import { Ends } from './ends.ts';
import type { GeneralSide, Outlets, QuickWays } from './general-side.ts';
import { withRelaySizes } from './sizes.ts';

/** DOS-04: source addresses whose rate is watched. */
const SOURCES_BOUND = 4096;

export interface EndRelayConfig extends RelayConfig {
  readonly suites: readonly number[];
}

export class EndRelay implements Role {
  private readonly config: EndRelayConfig;
  private readonly profile: TestProfile;
  private readonly tally = new Tally();
  private readonly sources: Sources;
  private readonly dcs: RelayDcs;
  private readonly ends: Ends;
  private readonly side: GeneralSide;
  private locals: readonly Endpoint[] = [];
  /** Addresses that the host's interface stands for. */
  private shown = '';

  constructor(
    config: EndRelayConfig,
    kind: RelayKind,
    makeSide: (outlets: Outlets) => GeneralSide,
    random: Random,
    aeads: MakeAead | undefined,
  ) {
    const timers = timersFrom(config.timers);
    const { packetsPerSecond, bytesPerSecond, perSourcePerSecond } = config.limits;
    const { tally } = this;
    this.config = config;
    this.profile = testProfile(config.testProfile);
    this.sources = new Sources(perSourcePerSecond, SOURCES_BOUND);
    this.dcs = new RelayDcs({
      config,
      kind,
      suites: config.suites,
      timers,
      tally,
      random,
      usable: this.usable,
      advertised: () => this.advertised(),
      direct: (direction, owner, now) => this.ends.direct(direction, owner, now),
      lends: (pool, owner) => {
        this.side.lends(pool, owner);
        this.show();
      },
    });
    this.side = makeSide({
      out: (packet) => tally.add({ kind: 'deliver', packet }),
      into: (pathId, packet, now) => this.into(pathId, packet, now),
      refuse: (layer) => tally.refuse(layer, undefined),
      isOwn: (ip) => [...this.locals, ...this.advertised()].some((own) => own.ip === ip),
    });
    this.ends = new Ends({
      kind,
      nodeId: fromHex(config.nodeId),
      capacity: config.capacity,
      suites: config.suites,
      rates: { packetsPerSecond, bytesPerSecond },
      timers,
      rules: {
        profile: this.profile,
        usable: this.usable,
        isVirtual: () => false,
        isRelay: () => false,
        nat64: undefined,
      },
      families: () => this.locals.map(({ ip }) => family(ip)),
      isTaken: (context) => this.dcs.has(context),
      tally,
      random,
      aeads,
      judge: (direction) => this.side.judge(direction),
      make: (direction, replaces, owner, now) => this.side.make(direction, replaces, owner, now),
    });
  }

  /** The hot way of its packets. */
  get ways(): QuickWays {
    return this.side;
  }

  handle(input: Input, now: Instant): Effect[] {
    switch (input.kind) {
      case 'start':
        this.locals = input.locals;
        this.show();
        this.dcs.start(now);
        break;
      case 'datagram':
        this.receive(input.bytes, input.from, now);
        break;
      case 'packet':
        this.side.inbound(input.packet, now);
        break;
      case 'path-event':
        this.ends.pathEvent(input.pathId, input.event, now);
        break;
      case 'tick':
        this.ends.tick(now);
        this.side.tick(now);
        this.dcs.tick(now);
        break;
      case 'stop':
        // A relay has no word for goodbye: its DCs notice by the registration that is not renewed.
        break;
      default:
        throw new Error(`a relay has no use for an input of kind ${input.kind}`);
    }
    this.follow(now);
    return this.tally.take();
  }

  wakeAt(): Instant | undefined {
    const times = [this.dcs.wakeAt(), this.ends.wakeAt(), this.side.wakeAt()];
    const next = Math.min(...times.map((at) => at ?? Number.POSITIVE_INFINITY));
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  counters(): Counters {
    return withRelaySizes(this.tally.counters(), {
      associations: this.dcs.all,
      capacity: this.config.capacity,
      ends: this.ends,
      sources: this.sources,
      side: this.side.sizes(),
    });
  }

  /** Not our own, and not one that no datagram can come from. [KEY-40, GEN-16] */
  private readonly usable = (endpoint: Endpoint): boolean =>
    isLocator(endpoint, this.profile) &&
    ![...this.locals, ...this.advertised()].some((own) => sameEndpoint(own, endpoint));

  private receive(bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) return this.tally.refuse(header.layer, from);
    const context = toHex(header.context);
    const end = this.ends.find(context);
    if (end === undefined && !this.dcs.has(context)) return this.tally.refuse('context', from);
    if (!this.sources.admits(from.ip, now)) return this.tally.refuse('rate-source', from);
    const failed =
      end === undefined
        ? this.dcs.receive(context, header, bytes, from, now)
        : this.ends.receive(end, header, bytes, from, now);
    if (failed) this.sources.failed(from.ip, now);
  }

  /** What comes for these addresses is this role's. */
  private show(): void {
    const addresses = [...new Set(this.side.addresses())];
    const content = addresses.join(' ');
    if (content === this.shown) return;
    this.shown = content;
    const routes = addresses.map((ip) => ({ to: `${ip}/${family(ip) === 4 ? 32 : 128}`, from: undefined }));
    this.tally.add({ kind: 'interface', has: { addresses: [], routes } });
  }

  private into(pathId: string, packet: Uint8Array, now: Instant): void {
    const end = this.ends.find(pathId);
    if (end !== undefined) this.ends.send(end, packet, now);
  }

  /** What came of paths, until nothing more comes of that. */
  private follow(now: Instant): void {
    for (let events = this.ends.take(); events.length > 0; events = this.ends.take()) {
      for (const event of events) {
        switch (event.kind) {
          case 'packet':
            this.side.outbound(event.end, event.packet, now);
            break;
          case 'icmp':
            this.side.tooBig(event.end, event.packet, now);
            break;
          case 'bound':
            this.side.bind(event.end, now);
            break;
          case 'size':
            this.side.resize(event.end, event.mtu);
            break;
          case 'left':
            this.side.leave(event.end);
            break;
          case 'gone':
            this.side.release(event.end, now);
            break;
          default:
            throw new Error(`no such event: ${event satisfies never}`);
        }
      }
    }
  }

  /** As configured, or where the sockets are bound. [RS-21] */
  private advertised(): readonly Endpoint[] {
    const { advertise } = this.config;
    return advertise === undefined ? this.locals : endpoints(advertise);
  }
}
