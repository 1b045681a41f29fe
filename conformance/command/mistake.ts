/** Ends the command with one line on stderr: what is wrong and how to mend it. No stack trace. */
import type { ExitStatus } from '../reporters/exit-status.ts';
import { EXIT } from '../reporters/exit-status.ts';

export class Mistake extends Error {
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus = EXIT.usage) {
    super(message.replaceAll(/\s+/g, ' '));
    this.status = status;
  }
}
