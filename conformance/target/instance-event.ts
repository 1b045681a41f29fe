import type { Result } from '../../adapters/contract.ts';

/** Something that happened to an instance, as its adapter says. */
export type InstanceEvent = Result<'events'>['events'][number];
