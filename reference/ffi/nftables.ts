/**
 * libnftables, which is nft without its command line. That one keeps each line that it is given for its line editor, in
 * memory and in the home of the user, without a bound.
 */
import type { Found } from './koffi.ts';
import { loadKoffi } from './koffi.ts';

/** Of the package nftables, as its program nft is. */
const LIBRARY = 'libnftables.so.1';

/** A netlink socket; tables that it owns end with it, or with the process. */
export interface NftContext {
  /** Runs commands as one transaction. What is printed, or why not. One at a time. */
  run(commands: string): Promise<{ readonly isDone: boolean; readonly text: string }>;
  /** Not while something runs. */
  close(): void;
}

let bound: Found<() => NftContext> | undefined;

/** What makes a context; loaded once a thread. */
export function loadNftables(): Found<() => NftContext> {
  bound ??= bind();
  return bound;
}

function bind(): Found<() => NftContext> {
  const koffi = loadKoffi();
  if (koffi.found === undefined) return koffi;
  try {
    const library = koffi.found.load(LIBRARY);
    const make = library.func('uint64_t nft_ctx_new(uint32_t flags)');
    const free = library.func('void nft_ctx_free(uint64_t context)');
    const keepOutput = library.func('int nft_ctx_buffer_output(uint64_t context)');
    const keepErrors = library.func('int nft_ctx_buffer_error(uint64_t context)');
    const output = library.func('const char *nft_ctx_get_output_buffer(uint64_t context)');
    const errors = library.func('const char *nft_ctx_get_error_buffer(uint64_t context)');
    const run = library.func('int nft_run_cmd_from_buffer(uint64_t context, const char *commands)');
    const open = (): NftContext => {
      const context = make(0);
      keepOutput(context);
      keepErrors(context);
      return {
        run: (commands) =>
          new Promise((resolve, reject) => {
            // In the thread pool: the kernel lets it wait until no packet uses what was before.
            run.async(context, commands, (error: Error | null, status: number) => {
              if (error !== null) return reject(error);
              const isDone = status === 0;
              resolve({ isDone, text: String((isDone ? output : errors)(context) ?? '') });
            });
          }),
        close: () => void free(context),
      };
    };
    return { found: open };
  } catch {
    return { missing: `${LIBRARY} is not there: install nftables` };
  }
}
