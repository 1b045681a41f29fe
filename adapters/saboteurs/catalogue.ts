/** All saboteurs, each with the case that has to catch it. */
import type { Saboteur } from '../reference/variant.ts';
import { CHANNEL } from './channel.ts';
import { CODEC } from './codec.ts';
import { CONTROL } from './control.ts';
import { FORWARDING } from './forwarding.ts';

export const SABOTEURS: readonly Saboteur[] = [...FORWARDING, ...CHANNEL, ...CONTROL, ...CODEC];
