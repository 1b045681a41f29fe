/** Stories that the lab plays, each with places that can be chosen. */
import type { NodeName } from './configs.ts';
import { fqdn } from './configs.ts';
import type { Flow } from './flow.ts';
import type { Place, Situation } from './places.ts';
import { NATS } from './places.ts';
import type { Recording } from './recording.ts';
import { SPECIALS } from './specials.ts';
import { Stream } from './stream.ts';
import type { World } from './world.ts';

/** What a story is played with. */
export interface Stage {
  readonly world: World;
  readonly recording: Recording;
  readonly flow: Flow;
  /** Where who moves goes. */
  readonly to: Situation;
}

export interface Scenario {
  readonly title: string;
  /** Where they are at first, if nothing else is chosen. */
  readonly places: readonly [Situation, Situation] | ((world: World) => readonly [Place, Place]);
  /** Where who moves goes, if nothing else is chosen. */
  readonly to?: Situation;
  /** What the network does from the start, if it is not perfect. */
  readonly loss?: number;
  /** What happens once alice's application sends, and how long it takes. */
  readonly play: (stage: Stage) => Promise<void>;
}

const STREAM = { version: 4, bytes: 60_000, pace: 300 } as const;

const settle = ({ world }: Stage): Promise<boolean> => world.run(5000);

function move({ world, recording, to }: Stage, name: NodeName): void {
  const place = world.places.make(to);
  recording.remark(`${name} moves to ${place.name}`);
  world.move(name, place);
}

/** The relay by which they send. */
function relayOf({ world }: Stage): 'rs1' | 'rs2' {
  return world.parties.rs1.counter('table.paths.size') > 0 ? 'rs1' : 'rs2';
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'first-contact': {
    title: 'Alice asks for the name of bob and sends; what is found, is found',
    places: ['PR', 'SY'],
    play: async (stage) => void (await settle(stage)),
  },
  'same-lan': {
    title: 'Both are in one network behind one NAT',
    places: (world) => SPECIALS['same LAN'](world.places),
    play: async (stage) => void (await settle(stage)),
  },
  'same-carrier': {
    title: 'Both are at home behind the NAT of one carrier, which hairpins',
    places: (world) => SPECIALS['same carrier NAT, hairpins'](world.places),
    play: async (stage) => void (await settle(stage)),
  },
  handover: {
    title: 'Alice moves to another network while she sends',
    places: ['PR', 'PR'],
    to: 'SY',
    play: async (stage) => {
      await settle(stage);
      move(stage, 'alice');
      await stage.world.run(8000);
    },
  },
  'peer-moves': {
    title: 'Bob moves to another network while alice sends',
    places: ['PR', 'PR'],
    to: 'DS',
    play: async (stage) => {
      await settle(stage);
      move(stage, 'bob');
      await stage.world.run(8000);
    },
  },
  'both-move': {
    title: 'Both move at once',
    places: ['PR', 'G4'],
    to: 'PR',
    play: async (stage) => {
      await settle(stage);
      move(stage, 'alice');
      move(stage, 'bob');
      await stage.world.run(15_000);
    },
  },
  'nat-reboot': {
    title: 'The NAT of alice loses power, and gives other ports afterwards',
    places: (world) => [
      world.places.behind('home', { ...world.places.home(), nat: { ...NATS.PR, ports: 'random' } }),
      world.places.make('PR'),
    ],
    play: async (stage) => {
      await settle(stage);
      stage.recording.remark("alice's NAT reboots");
      stage.world.placeOf('alice').sites[0]?.gateway.reboot();
      await stage.world.run(8000);
    },
  },
  unplugged: {
    title: 'Alice is without a network for ten seconds',
    places: ['PR', 'PR'],
    play: async (stage) => {
      await settle(stage);
      const { link } = { link: stage.world.parties.alice.host.link('eth') };
      stage.recording.remark("alice's cable is pulled");
      link.isDown = true;
      await stage.world.run(10_000);
      stage.recording.remark('it is in again');
      link.isDown = false;
      await stage.world.run(8000);
    },
  },
  'relay-lost': {
    title: 'The relay by which they send loses power',
    places: ['SY', 'SY'],
    play: async (stage) => {
      await settle(stage);
      const relay = relayOf(stage);
      stage.recording.remark(`${relay} loses power`);
      await stage.world.parties[relay].kill();
      await stage.world.run(12_000);
    },
  },
  'dc-lost': {
    title: 'Both DCs lose power: what is there goes on',
    places: ['PR', 'PR'],
    play: async (stage) => {
      await settle(stage);
      stage.recording.remark('dc1 and dc2 lose power');
      await stage.world.parties.dc1.kill();
      await stage.world.parties.dc2.kill();
      await stage.world.run(10_000);
    },
  },
  'peer-lost': {
    title: 'Bob loses power: alice is told',
    places: ['G4', 'G4'],
    play: async (stage) => {
      await settle(stage);
      stage.recording.remark('bob loses power');
      await stage.world.parties.bob.kill();
      await stage.world.run(12_000);
    },
  },
  'udp-blocked': {
    title: 'Alice comes to a network that lets no UDP out, and leaves it again',
    places: ['PR', 'PR'],
    play: async (stage) => {
      const { world, recording } = stage;
      await settle(stage);
      recording.remark('alice moves to a network without UDP');
      const nat = NATS.PR;
      world.move('alice', world.places.behind('closed', { ...world.places.home(), nat, blocksUdp: true }));
      await world.run(20_000);
      move(stage, 'alice');
      await world.run(8000);
    },
    to: 'PR',
  },
  tcp: {
    title: 'A TCP stream to bob and back, while alice moves and her NAT reboots',
    places: ['PR', 'PR'],
    to: 'CE',
    play: async (stage) => {
      const { world, recording, flow } = stage;
      flow.stop();
      const stream = new Stream(world.stacks.alice, world.stacks.bob, { name: fqdn('bob'), ...STREAM });
      await settle(stage);
      move(stage, 'alice');
      await world.run(6000);
      recording.remark("alice's NATs reboot");
      for (const { gateway } of world.placeOf('alice').sites) gateway.reboot();
      await world.run(60_000, () => stream.isDone);
      const isRight = stream.there.wrongAt === undefined && stream.back.wrongAt === undefined;
      recording.remark(
        `${stream.there.place} bytes there, ${stream.back.place} back, ${isRight ? 'each once and in order' : 'WRONG'}`,
      );
    },
  },
  lossy: {
    title: 'First contact over a network that loses three of ten datagrams',
    places: ['PR', 'PR'],
    loss: 0.3,
    play: async (stage) => void (await stage.world.run(30_000)),
  },
};
