/** What a fault run needs: a world, who can fail in it, who sends to whom, and who looks on. */
import type { Internet } from '../../net/sim/internet.ts';
import type { Chance } from '../chance.ts';
import type { Flow } from '../flow.ts';
import type { Party } from '../party.ts';
import type { Place, Places } from '../places.ts';

export interface Stage {
  readonly world: {
    readonly net: Internet;
    readonly places: Places;
    now(): number;
    run(duration: number, isDone?: () => boolean): Promise<boolean>;
  };
  readonly chance: Chance;
  readonly parties: ReadonlyMap<string, Party>;
  /** Those of them that move. */
  readonly nodes: readonly string[];
  /** All of a picture, from left to right. */
  readonly lanes: readonly string[];
  readonly watch: {
    readonly violations: readonly string[];
    check(): void;
    violate(what: string): void;
  };
  start(places: readonly Place[]): Promise<void>;
  placeOf(node: string): Place;
  move(node: string, place: Place): void;
  /** Whether a node was told, since an instant, that what it wants is not to be had. */
  isDenied(node: string, since: number): boolean;
  /** Starts those who send. @param interval milliseconds */
  flows(interval: number): readonly (readonly [from: string, to: string, flow: Flow])[];
}
