/** All bytes that can be reached from an object, those in the closures of its functions too. Node only. */
import { KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import { toHex } from '../../../reference/bytes.ts';

interface Remote {
  readonly objectId?: string;
  readonly type: string;
  readonly description?: string;
}

interface Property {
  readonly name: string;
  readonly value?: Remote;
}

interface Session {
  connect(): void;
  disconnect(): void;
  post(method: string, params: object, then: (error: Error | null, result: unknown) => void): void;
}

const HEX = /^[0-9a-f]{64,}$/;
const inbox = globalThis as unknown as Record<string, unknown>;

/**
 * Every byte array and every text of hexadecimal digits below an object, as hexadecimal digits, each once.
 * @param roots what is looked at; nothing above or beside it, and no module's own variables.
 */
export function reachableBytes(...roots: unknown[]): string[] {
  const found = new Set<string>();
  const seen = new Set<unknown>();
  const todo = [...roots];
  const closures = new Closures();
  const look = (value: unknown): void => {
    if (typeof value === 'string' && HEX.test(value)) found.add(value);
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!isObject || seen.has(value)) return;
    seen.add(value);
    todo.push(value);
  };
  for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      found.add(toHex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
      continue;
    }
    // The platform holds the bytes of a secret one, and gives them to whoever has it.
    if (value instanceof KeyObject && value.type === 'secret') found.add(toHex(value.export()));
    if (value instanceof Map) for (const pair of value) pair.forEach(look);
    if (value instanceof Set) value.forEach(look);
    if (typeof value === 'function') closures.of(value).forEach(look);
    for (const key of Reflect.ownKeys(value as object)) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      look(property?.value);
      look(property?.get);
    }
    // A class instance's methods are its prototype's; they close over a module alone.
  }
  closures.end();
  return [...found];
}

/** Reads the variables that functions close over, by the runtime's own inspector. */
class Closures {
  private readonly session: Session;

  constructor() {
    const { Session } = createRequire(import.meta.url)('node:inspector') as { Session: new () => Session };
    this.session = new Session();
    this.session.connect();
  }

  of(subject: unknown): unknown[] {
    inbox.ntmSubject = subject;
    const { result } = this.post<{ result: Remote }>('Runtime.evaluate', {
      expression: 'globalThis.ntmSubject',
    });
    const own = this.properties(result.objectId, 'internalProperties');
    const scopes = own.find(({ name }) => name === '[[Scopes]]')?.value;
    const values: unknown[] = [];
    for (const { value: scope } of this.properties(scopes?.objectId)) {
      if (!/^(Closure|Block|Catch)/.test(scope?.description ?? '')) continue;
      for (const { value } of this.properties(scope?.objectId)) values.push(this.bring(value));
    }
    return values;
  }

  end(): void {
    delete inbox.ntmSubject;
    this.session.disconnect();
  }

  private properties(objectId: string | undefined, which = 'result'): Property[] {
    if (objectId === undefined) return [];
    const all = this.post<Record<string, Property[] | undefined>>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    return all[which] ?? [];
  }

  /** The value itself, from the inspector's name for it. */
  private bring(remote: Remote | undefined): unknown {
    if (remote?.objectId === undefined) return undefined;
    const functionDeclaration = 'function () { globalThis.ntmSubject = this; }';
    this.post('Runtime.callFunctionOn', { objectId: remote.objectId, functionDeclaration });
    return inbox.ntmSubject;
  }

  private post<Result>(method: string, params: object): Result {
    let answer: unknown;
    let failure: Error | null = null;
    this.session.post(method, params, (error, result) => {
      answer = result;
      failure = error;
    });
    if (failure !== null) throw failure;
    if (answer === undefined) throw new Error(`${method} did not answer at once`);
    return answer as Result;
  }
}
