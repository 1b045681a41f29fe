/** What a command may do to the outside: two streams, and what is known of the first. */
import process from 'node:process';
import pc from 'picocolors';
import type { Paint } from '../reporters/paint.ts';
import { PLAIN } from '../reporters/paint.ts';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person looks at it. */
  readonly isTerminal: boolean;
  /** Columns. */
  readonly width: number;
  readonly colours: boolean;
  /** Calls back at each Ctrl-C. Returns what ends that. */
  onInterrupt(callback: () => void): () => void;
  /** Calls back each time that Enter is pressed; not there if nobody can. Returns what ends that. */
  readonly onEnter?: ((callback: () => void) => () => void) | undefined;
}

const WIDTH = { usual: 110, least: 80, most: 160 } as const;

/** That of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  // A reader that has seen enough (`| head`) is no failure.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const width = stdout.columns ?? WIDTH.usual;
  return {
    out: (text) => {
      stdout.write(text);
    },
    err: (text) => {
      stderr.write(text);
    },
    isTerminal: stdout.isTTY === true,
    width: Math.max(WIDTH.least, Math.min(WIDTH.most, width)),
    colours: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    onInterrupt: (callback) => {
      process.on('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
    onEnter: stdin.isTTY
      ? (callback) => {
          stdin.on('data', callback);
          return () => {
            stdin.off('data', callback);
            stdin.pause();
          };
        }
      : undefined,
  };
}

/** @param wanted false after `--no-color` */
export function paintOf({ colours }: Terminal, wanted: boolean): Paint {
  if (!colours || !wanted) return PLAIN;
  const { bold, dim, red, green, yellow, cyan } = pc.createColors(true);
  return { bold, dim, red, green, yellow, cyan };
}
