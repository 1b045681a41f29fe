/**
 * What the suite asks of the twin about the route decision of a DC (chapter 8). The twin answers from what is given alone and keeps no state.
 *
 * It takes for granted that both ends are registered, that `want` is assigned (DC-42), and that a DC follows
 * the SHOULDs of DC-15 and FED-14: one that does not gives rule 7 for 6, or lists of endpoints of a node
 * that is `relay-only`.
 */

export type TwinFamily = 4 | 6;

/** What a DC knows of one end. Endpoints as text, `192.0.2.1:5000` and `[2001:db8::1]:5000`. */
export interface TwinSituation {
  /** In the order of the registration. */
  readonly localEndpoints: readonly string[];
  /** Valid ones, at most one of each family. [DC-05, GEN-43] */
  readonly observedEndpoints: readonly string[];
  /** Of a node of another DC: from its Node Information. Of an own node undefined: to be computed. [DC-28] */
  readonly nattedFamilies?: readonly TwinFamily[] | undefined;
  /** Section 16.5. */
  readonly features: readonly number[];
  /** Section 16.4; 1 counts as there. [DC-33] */
  readonly suites: readonly number[];
}

/** Prefixes as text, `198.18.0.0/15` and `fd12::/48`. */
export interface TwinPrefixes {
  readonly virtualPrefixes: readonly string[];
  /** The lists of a test profile, empty if it is off. [GEN-16] */
  readonly testGlobal: readonly string[];
  readonly testPrivate: readonly string[];
}

export interface TwinDirectionInput extends TwinPrefixes {
  readonly mn: TwinSituation;
  readonly cn: TwinSituation;
  readonly want?: number | undefined;
  readonly reason?: number | undefined;
  /** Endpoints of the relays that the DC knows: they are no candidates. [DC-35] */
  readonly relayEndpoints?: readonly string[] | undefined;
}

export interface TwinRoute {
  /** 1 to 7, of section 8.3. */
  readonly rule: number;
  /** Numbers of section 16.8. */
  readonly parts: { readonly mn: number; readonly cn: number };
  /** An RS-S is on the route. */
  readonly relay: boolean;
  /** `mn`: for MN, so endpoints of CN; `cn` the reverse. The text of the first place where they stand. */
  readonly candidates: { readonly mn: readonly string[]; readonly cn: readonly string[] };
  readonly suite: number;
}

/** Keys 6, 33 and 34 of a Node Information Response. [FED-03, FED-14] */
export interface TwinNodeInformation {
  /** In ascending order. */
  readonly nattedFamilies: readonly TwinFamily[];
  readonly observedEndpoints: readonly string[];
  readonly localEndpoints: readonly string[];
}

/** A relay that is registered with the DC, and that the node can reach. */
export interface TwinRelay {
  /** Section 16.6. */
  readonly kind: number;
  readonly endpoints: readonly string[];
  /** What it may lend. */
  readonly pool: readonly string[];
}

/** A Direction Request without the name of a node; `want` is 2, 3 or not there. [DC-31] */
export interface TwinRelayEndInput {
  readonly want?: number | undefined;
  readonly peerAddress?: string | undefined;
  readonly virtualAddresses: readonly string[];
  readonly relays: readonly TwinRelay[];
}

export interface TwinRelayEnd {
  /** 8 or 9. */
  readonly rule: number;
  readonly kind: number;
  readonly part: number;
  /** The family of what stands for the peer. [DC-22] */
  readonly standsFor?: TwinFamily;
  /** Those that can be asked, by their places in the input. */
  readonly relays: readonly number[];
}

export interface TwinRoutes {
  /** The first rule that applies, and what it gives. */
  decideRoute(input: TwinDirectionInput): TwinRoute;
  /** Rule 8 or 9, and which relays it can be done with. */
  decideRelayEnd(input: TwinRelayEndInput): TwinRelayEnd;
  /** What the DC of a node has to tell another DC about it. */
  nodeInformation(of: TwinSituation, prefixes: TwinPrefixes): TwinNodeInformation;
}
