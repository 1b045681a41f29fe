/** The links of one eBPF program: one at each device, also at those that appear later. */
import type { Bpf, Place } from './bpf.ts';
import { BpfError } from './bpf.ts';
import type { Device } from './interfaces.ts';

export class Links {
  private readonly bpf: Bpf;
  private readonly program: number;
  private readonly place: Place;
  /** By the number of a device; undefined where it cannot be. */
  private readonly links = new Map<number, number | undefined>();

  constructor(bpf: Bpf, program: number, place: Place) {
    this.bpf = bpf;
    this.program = program;
    this.place = place;
  }

  /** How many devices the program runs at. */
  get count(): number {
    return [...this.links.values()].filter((link) => link !== undefined).length;
  }

  /**
   * Brings it to devices that are new, and gives up the links of those that are gone.
   * @param refused is told of a device that does not take it; it is not asked again
   */
  follow(devices: readonly Device[], refused: (device: Device, error: BpfError) => void): void {
    for (const [ifindex, link] of this.links) {
      if (devices.some((device) => device.ifindex === ifindex)) continue;
      // The link of a device that is gone is only a descriptor any more.
      if (link !== undefined) this.bpf.close(link);
      this.links.delete(ifindex);
    }
    for (const device of devices) {
      if (this.links.has(device.ifindex)) continue;
      try {
        this.links.set(device.ifindex, this.bpf.attach(this.program, device.ifindex, this.place));
      } catch (error) {
        if (!(error instanceof BpfError)) throw error;
        this.links.set(device.ifindex, undefined);
        refused(device, error);
      }
    }
  }

  close(): void {
    for (const link of this.links.values()) if (link !== undefined) this.bpf.close(link);
    this.links.clear();
  }
}
