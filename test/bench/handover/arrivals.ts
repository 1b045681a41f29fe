/** When packets came out of a tunnel, and how long none did. */
import type { Ground } from '../../../reference/netns/ground.ts';
import type { Program } from '../../../reference/netns/program.ts';

/** Milliseconds: what comes again has to go on for so long, in so many packets. */
const STEADY = 400;
const PACKETS = 20;

export class Arrivals {
  private readonly program: Program;
  private readonly times: number[] = [];
  private read = 0;

  /** @param device the virtual interface at which they come, @param from whose they are */
  constructor(ground: Ground, host: string, device: string, from: string, log: string) {
    const options = ['-i', device, '-nn', '-tt', '-l', '-q', '--immediate-mode', '-s', '60', '-Z', 'root'];
    this.program = ground.start(host, ['tcpdump', ...options, 'src', 'host', from], log);
  }

  async ready(): Promise<void> {
    await this.program.found(/listening on/);
  }

  /** Milliseconds since 1970, in order. */
  all(): readonly number[] {
    const { text } = this.program;
    const end = text.lastIndexOf('\n') + 1;
    for (const [, seconds] of text.slice(this.read, end).matchAll(/^(\d{9,}\.\d+) IP/gm))
      this.times.push(1000 * Number(seconds));
    this.read = end;
    return this.times;
  }

  /** Whether packets come steadily, all of them later than an instant. */
  isSteady(since: number): boolean {
    const later = this.all().filter((time) => time > since);
    return later.length >= PACKETS && (later.at(-1) ?? 0) - (later[0] ?? 0) >= STEADY;
  }

  /** The longest time without any, in milliseconds, of those that ended in this span; none if nothing came. */
  longestGap(since: number, until: number): number | undefined {
    const times = this.all();
    let longest: number | undefined;
    for (let at = 1; at < times.length; at++) {
      const [before = 0, time = 0] = [times[at - 1], times[at]];
      if (time >= since && time <= until) longest = Math.max(longest ?? 0, time - before);
    }
    return longest;
  }

  stop(): Promise<void> {
    return this.program.kill();
  }
}
