/** What a peer does by itself. */
export interface Habits {
  /** Answers openings of the other end, and resolves crossed ones. */
  answerOpenings: boolean;
  answerProbes: boolean;
  /** Probes the source of an opening that was confirmed, as a responder has to. */
  probeBack: boolean;
  answerRegistrations: boolean;
  /** The lifetime that a played DC grants a relay, in seconds. */
  registrationLifetime: number;
  /** The status with which it answers; 0 grants. */
  registrationStatus: number;
}

/** What a good peer does. */
export const HABITS: Readonly<Habits> = {
  answerOpenings: true,
  answerProbes: true,
  probeBack: true,
  answerRegistrations: true,
  registrationLifetime: 3600,
  registrationStatus: 0,
};
