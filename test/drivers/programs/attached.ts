/** Says how many programs run on what comes in at the devices of its namespace. */
import { attached } from '../kernel/attached.ts';

console.log(attached());
