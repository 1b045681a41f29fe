/**
 * The Relay Table in eBPF: one map and one program at each device, and another in its driver where that is wanted and can
 * be. All of it ends with the process.
 */
import { setInterval } from 'node:timers';
import { family } from '../../address.ts';
import { assemble } from '../../bpf/assembler.ts';
import { earlyProgram } from '../../bpf/early.ts';
import { LOOPBACK_IFINDEX, TC_ACT_OK } from '../../bpf/kernel.ts';
import { isLimited, packetCost, SECOND } from '../../bpf/rates.ts';
import { chargeProgram, relayProgram } from '../../bpf/relay.ts';
import type { Element, End } from '../../bpf/table.ts';
import { decodeElement, encodeElement, freshEnd, KEY_SIZE, PATHS, VALUE_SIZE } from '../../bpf/table.ts';
import { fromHex } from '../../bytes.ts';
import type { RelayPath } from '../../core.ts';
import type { KernelOptions, KernelTable } from '../../roles/relay/kernel-table.ts';
import type { Offloaded } from '../../roles/relay/table.ts';
import type { Bpf } from './bpf.ts';
import { BpfError } from './bpf.ts';
import type { Device } from './interfaces.ts';
import { ethernetDevices, isLocal } from './interfaces.ts';
import { Links } from './links.ts';

const MILLISECOND = 1_000_000;
/** Milliseconds from one look at the devices to the next. */
const EVERY = 1000;
/** A packet for the charge program: Ethernet header, Path ID, length. */
const CHARGE_SIZE = 14 + KEY_SIZE + 4;

/**
 * @param inDriver whether what a driver can send back itself is not to reach the kernel's stack at all
 * @throws BpfError if the kernel does not take it; nothing is left then.
 */
export function openEbpf(bpf: Bpf, options: KernelOptions, inDriver = false): KernelTable {
  return new EbpfTable(bpf, options, inDriver);
}

class EbpfTable implements KernelTable {
  private readonly bpf: Bpf;
  private readonly options: KernelOptions;
  private readonly descriptors: number[] = [];
  private readonly map: number;
  private readonly charging: number | undefined;
  private readonly links: Links;
  private readonly early: Links | undefined;
  private readonly looking: NodeJS.Timeout | undefined;
  private readonly paths = new Set<string>();
  /** Of elements that are gone. */
  private readonly gone = { packets: 0, bytes: 0, refused: 0 };

  constructor(bpf: Bpf, options: KernelOptions, inDriver: boolean) {
    this.bpf = bpf;
    this.options = options;
    const { own, rates } = options;
    try {
      this.map = this.keep(bpf.createHash('ntm_paths', KEY_SIZE, VALUE_SIZE, options.capacity));
      const maps = { [PATHS]: this.map };
      const program = this.keep(bpf.load('ntm_relay', assemble(relayProgram({ own, rates }), maps)));
      if (isLimited(rates))
        this.charging = this.keep(bpf.load('ntm_charge', assemble(chargeProgram(rates), maps)));
      this.links = new Links(bpf, program, 'ingress');
      this.links.follow(ethernetDevices(), (_, error) => {
        throw error;
      });
      if (inDriver) this.early = this.openEarly(maps);
    } catch (error) {
      this.close();
      throw error;
    }
    this.looking = setInterval(() => this.follow(), EVERY);
    this.looking.unref();
  }

  /** @returns undefined if no driver takes it, which is told; the program behind it does all then. */
  private openEarly(maps: Readonly<Record<string, number>>): Links | undefined {
    const { own, rates, tell } = this.options;
    const missing: string[] = [];
    try {
      const program = this.bpf.load('ntm_early', assemble(earlyProgram({ own, rates }), maps), 'driver');
      const early = new Links(this.bpf, this.keep(program), 'driver');
      early.follow(realDevices(), ({ name }, { fault }) => missing.push(`${name} (${fault})`));
      if (early.count > 0) return early;
    } catch (error) {
      if (!(error instanceof BpfError)) throw error;
      missing.push(`the kernel takes no program for them (${error.fault})`);
    }
    tell(`no driver forwards by itself: ${missing.join(', ') || 'there is no device'}`);
    return undefined;
  }

  get name(): 'ebpf' | 'xdp' {
    return this.early === undefined ? 'ebpf' : 'xdp';
  }

  set(path: RelayPath): boolean {
    const { own } = this.options;
    const reachable = path.ends.every(({ ip }) => own.some((one) => family(one.ip) === family(ip)));
    if (!reachable) return false;
    const key = fromHex(path.pathId);
    // Taken out first: what is counted till then is not lost, and what comes meanwhile the process forwards.
    const before = this.take(key);
    try {
      this.bpf.update(this.map, key, encodeElement(before ? moved(before, path) : this.fresh(path)));
    } catch (error) {
      if (!(error instanceof BpfError)) throw error;
      if (before !== undefined) this.bury(before);
      this.paths.delete(path.pathId);
      return false;
    }
    this.paths.add(path.pathId);
    return true;
  }

  remove(pathId: string): void {
    const before = this.take(fromHex(pathId));
    if (before !== undefined) this.bury(before);
    this.paths.delete(pathId);
  }

  idle(pathId: string): number | undefined {
    const element = this.look(pathId);
    if (element === undefined) return undefined;
    const [first, second] = element.ends.map(({ lastUse }) => lastUse) as [bigint, bigint];
    const last = first > second ? first : second;
    if (last === 0n) return undefined;
    return Math.max(0, Number(this.bpf.now() - last) / MILLISECOND);
  }

  charge(pathId: string, length: number): boolean {
    if (this.charging === undefined) return true;
    const packet = new Uint8Array(CHARGE_SIZE);
    packet.set(fromHex(pathId), 14);
    new DataView(packet.buffer).setUint32(14 + KEY_SIZE, length, true);
    return this.bpf.test(this.charging, packet).verdict === TC_ACT_OK;
  }

  totals(): Offloaded {
    let { packets, bytes, refused } = this.gone;
    for (const pathId of this.paths)
      for (const end of this.look(pathId)?.ends ?? []) {
        packets += Number(end.packets);
        bytes += Number(end.bytes);
        refused += Number(end.refused);
      }
    return { paths: this.paths.size, capacity: this.options.capacity, packets, bytes, refused };
  }

  close(): void {
    clearInterval(this.looking);
    this.early?.close();
    this.links?.close();
    for (const descriptor of this.descriptors.splice(0).reverse()) this.bpf.close(descriptor);
  }

  private follow(): void {
    this.links.follow(ethernetDevices(), ({ name }, { message }) =>
      this.options.tell(`what comes in at ${name} the process forwards: ${message}`),
    );
    // What a driver does not do the program behind it does.
    this.early?.follow(realDevices(), () => {});
  }

  private keep(descriptor: number): number {
    this.descriptors.push(descriptor);
    return descriptor;
  }

  private look(pathId: string): Element | undefined {
    const value = this.bpf.lookUp(this.map, fromHex(pathId), VALUE_SIZE);
    return value && decodeElement(value);
  }

  private take(key: Uint8Array): Element | undefined {
    const value = this.bpf.take(this.map, key, VALUE_SIZE);
    return value && decodeElement(value);
  }

  private bury({ ends }: Element): void {
    for (const { packets, bytes, refused } of ends) {
      this.gone.packets += Number(packets);
      this.gone.bytes += Number(bytes);
      this.gone.refused += Number(refused);
    }
  }

  /** What was sent on as the path came into the table is charged to it. [RS-14] */
  private fresh({ ends, used }: RelayPath): Element {
    const { packetsPerSecond, bytesPerSecond } = this.options.rates;
    const at = this.bpf.now();
    const cost = (used?.packets ?? 0) * (packetsPerSecond === undefined ? 0 : packetCost(packetsPerSecond));
    const bytes = bytesPerSecond === undefined ? 0 : ((used?.bytes ?? 0) * SECOND) / bytesPerSecond;
    return {
      ends: [freshEnd(ends[0], isLocal(ends[0].ip)), freshEnd(ends[1], isLocal(ends[1].ip))],
      packetCredit: at + BigInt(cost),
      byteCredit: at + BigInt(Math.floor(bytes)),
    };
  }
}

function moved(before: Element, { ends }: RelayPath): Element {
  const end = (index: 0 | 1): End => ({
    ...before.ends[index],
    at: ends[index],
    local: isLocal(ends[index].ip),
  });
  return { ...before, ends: [end(0), end(1)] };
}

/** Those that have a driver. */
function realDevices(): Device[] {
  return ethernetDevices().filter(({ ifindex }) => ifindex !== LOOPBACK_IFINDEX);
}
