/** Why an assertion failed: a few named texts. */
export type Diagnostic = Readonly<Record<string, string>>;

/** Takes the results of one test. */
export interface Sink {
  pass(name: string): void;
  fail(name: string, why: Diagnostic): void;
  comment(text: string): void;
  /** Runs a subtest after those before it; resolves, never rejects, when it is over. */
  test(name: string, skip: string | false, body: (inner: Sink) => Promise<void>): Promise<void>;
}

/** That of a whole file. */
export interface RootSink extends Sink {
  /** Calls back once when everything else is over. */
  atEnd(body: () => Promise<void>): void;
}
