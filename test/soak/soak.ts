/** Lives of paths through a relay with one data path, over so many hours of its time. */
import { has, makeSpaces, run, runIn } from '../drivers/tun/space.ts';
import { LIFETIME, LINK, STAYS } from './cast.ts';
import type { Seen } from './judge.ts';
import type { Program } from './program.ts';
import { begin } from './program.ts';
import type { Done, Told } from './programs/ends.ts';
import type { Asked, Held, Passed } from './programs/relay.ts';

export interface SoakOptions {
  readonly datapath: string;
  readonly cycles: number;
  /** Of the relay's time, over all cycles. */
  readonly hours: number;
  /** Paths that are there at once, beside those that stay. */
  readonly together: number;
  /** Told after each tenth. */
  readonly onTenth?: (seen: Seen) => void;
}

export interface Soaked {
  /** After each tenth. */
  readonly seen: readonly Seen[];
  /** Datagrams that the relay forwarded, and those of them that the kernel did. */
  readonly packets: number;
  readonly inKernel: number;
  /** What was sent again, as nothing came in time. */
  readonly again: number;
  /** What the relay had to say at its start. */
  readonly said: readonly string[];
}

/** Paths that stay from the beginning to the end, used all the time. */
const STAYING = 6;
const HOUR = 3_600_000;
/** Milliseconds that a path which stays is idle at most. */
const USED_EVERY = 700_000;
/** Milliseconds after which what nobody uses is gone. */
const GONE = 1000 * LIFETIME + 1000;
/** Milliseconds after which nothing is left of a handshake. (KEY-22) */
const UNCONFIRMED = 15_000;
/** How often in a row paths that stay may be found making keys; more often, and something is left over. */
const REKEYS = 3;
const PARTS = 10;

/** @throws Error if a path does not what it should. */
export async function soak(options: SoakOptions): Promise<Soaked> {
  const undo: (() => unknown)[] = [];
  try {
    return await new Soak(options, undo).run();
  } finally {
    for (const body of undo.reverse()) await body();
  }
}

class Soak {
  private readonly options: SoakOptions;
  private readonly space: string;
  private readonly ends: Program;
  private readonly relay: Program;
  private readonly seen: Seen[] = [];
  private readonly staying: readonly number[];
  private again = 0;
  private passed = 0;

  constructor(options: SoakOptions, undo: (() => unknown)[]) {
    this.options = options;
    const { cycles, datapath, together } = options;
    this.staying = Array.from({ length: STAYING }, (_, index) => cycles + index);
    const { ends, rs } = makeSpaces(['ends', 'rs'], (body) => void undo.push(body));
    this.space = rs;
    connect(ends, rs);
    this.ends = begin(ends, 'ends');
    this.relay = begin(rs, 'relay', datapath, `${together + STAYING}`);
    for (const program of [this.ends, this.relay]) undo.push(() => program.kill());
  }

  async run(): Promise<Soaked> {
    const { cycles, hours, together } = this.options;
    await this.ends.ready;
    const { said } = JSON.parse(await this.relay.ready) as { readonly said: string[] };
    await this.tell({ live: this.staying, lifetime: STAYS });
    for (let part = 1, from = 0; part <= PARTS; part++) {
      const to = Math.floor((cycles * part) / PARTS);
      for (; from < to; from = Math.min(to, from + together)) {
        const numbers = Array.from({ length: Math.min(together, to - from) }, (_, index) => from + index);
        await this.live(numbers, (numbers.length * hours * HOUR) / cycles);
      }
      await this.tell({ use: this.staying });
      const seen = await this.settled(to);
      this.seen.push(seen);
      this.options.onTenth?.(seen);
    }
    const { counters = {} } = this.seen.at(-1) ?? {};
    return {
      seen: this.seen,
      packets: counters['relay.packets'] ?? 0,
      inKernel: counters['relay.kernel.packets'] ?? 0,
      again: this.again,
      said,
    };
  }

  /** Paths live: half of them are withdrawn, the others expire. Then the rest of their time passes. */
  private async live(numbers: readonly number[], time: number): Promise<void> {
    await this.tell({ live: numbers });
    const isWithdrawn = (number: number): boolean => number % 2 === 0;
    await this.tell({
      withdraw: numbers.filter(isWithdrawn),
      drop: numbers.filter((number) => !isWithdrawn(number)),
    });
    const until = this.passed + Math.max(time, GONE);
    while (this.passed < until) {
      await this.tell({ use: this.staying });
      await this.pass(Math.min(USED_EVERY, until - this.passed));
    }
  }

  private async pass(time: number): Promise<void> {
    for (let left = time; left > 0; ) {
      const answer = (await this.ask({ pass: left })) as Passed;
      await this.tell({ pass: left - answer.left });
      left = answer.left;
    }
    this.passed += time;
  }

  /** What is held when no handshake is under way: a path that stays may make new keys just when one looks. */
  private async settled(cycles: number): Promise<Seen> {
    for (let tries = 1; ; tries++) {
      await this.pass(UNCONFIRMED);
      const seen = await this.look(cycles);
      if (tries === REKEYS || (seen.counters['table.handshakes.size'] ?? 0) === 0) return seen;
    }
  }

  private async look(cycles: number): Promise<Seen> {
    const held = (await this.ask({ measure: true })) as Held;
    const rules = has('nft') ? runIn(this.space, 'nft', 'list', 'ruleset').text : '';
    return {
      ...held,
      cycles,
      hours: this.passed / HOUR,
      elements: rules.match(/0x[0-9a-f]{20,32}\b/g)?.length ?? 0,
      nftTables: rules.match(/^table /gm)?.length ?? 0,
    };
  }

  private async ask(what: Asked): Promise<unknown> {
    return JSON.parse(await this.relay.tell(what));
  }

  private async tell(what: Told): Promise<void> {
    const { again, fault } = JSON.parse(await this.ends.tell(what)) as Done;
    this.again = again;
    if (fault === undefined) return;
    const { counters } = (await this.ask({ measure: true })) as Held;
    const refused = Object.entries(counters).filter(([name, count]) => /^refused\./.test(name) && count > 0);
    throw new Error(
      `${fault}; the relay refused: ${refused.map((one) => one.join(' ')).join(', ') || 'nothing'}`,
    );
  }
}

/** One link between the two; a relay that forwards within a network has no better way to tell of. */
function connect(ends: string, rs: string): void {
  must(run('ip', 'link', 'add', 'eth0', 'netns', ends, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', rs));
  for (const [space, addresses] of [
    [ends, LINK.ends],
    [rs, LINK.rs],
  ] as const) {
    const quiet = ['all', 'eth0'].flatMap((device) => [
      `net.ipv4.conf.${device}.send_redirects=0`,
      `net.ipv6.conf.${device}.accept_redirects=0`,
    ]);
    must(runIn(space, 'sysctl', '-qw', ...quiet));
    for (const address of addresses) {
      const flags = address.includes(':') ? ['nodad'] : [];
      must(runIn(space, 'ip', 'address', 'add', address, 'dev', 'eth0', ...flags));
    }
    must(runIn(space, 'ip', 'link', 'set', 'eth0', 'up'));
  }
  must(runIn(rs, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'));
}

function must({ status, text }: ReturnType<typeof run>): void {
  if (status !== 0) throw new Error(text);
}
