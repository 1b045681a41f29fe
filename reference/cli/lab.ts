import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { UsageError } from '../drivers/config.ts';
import { gridReport } from '../lab/report.ts';

export interface LabOptions {
  /** Where the page of all pairs goes. */
  readonly grid?: string;
}

/** Plays on a simulated Internet. @throws UsageError */
export async function runLab({ grid }: LabOptions): Promise<void> {
  if (grid !== undefined) {
    for (const [name, text] of Object.entries(await gridReport(setImmediate)))
      await write(join(grid, name), text);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: cannot be written (${code}): name a place where files may be written`);
  }
  process.stdout.write(`${file}\n`);
}
