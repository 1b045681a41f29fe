/** The files that come with the suite. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { CONTRACT_VERSION } from '../../adapters/contract.ts';
import type { KillTable } from '../command/kill-table.ts';
import { readKillTable } from '../command/kill-table.ts';
import type { SpecFile } from '../reporters/places.ts';
import type { RunOptions } from '../runner/options.ts';
import { suiteVersion } from './suite-version.ts';
import { vectorsVersion } from './vectors.ts';

const spec = new URL('../spec/', import.meta.url);

/** The chapters of the specification in their order. */
export function specFiles(): SpecFile[] {
  const names = readdirSync(spec).filter((name) => /^[0-9A-Z]+-.*\.md$/.test(name));
  return names.sort().map((name) => ({ name, text: readFileSync(new URL(name, spec), 'utf8') }));
}

/** What stands beside the chapters: its README, or the CDDL. */
export function specFile(name: 'README.md' | 'ntmobile.cddl'): SpecFile {
  return { name, text: readFileSync(new URL(name, spec), 'utf8') };
}

/** Milliseconds that each case took when that was last recorded, by id. */
export function costs(): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(new URL('../costs.json', import.meta.url), 'utf8'));
}

/** The kill table of this version; undefined if there is none yet. */
export function killTable(): KillTable | undefined {
  const file = new URL('../kills.json', import.meta.url);
  return existsSync(file) ? readKillTable(readFileSync(file, 'utf8')) : undefined;
}

/** Which versions of everything a run is made with. */
export function versions(): RunOptions['versions'] {
  const readme = specFile('README.md').text;
  return {
    suite: suiteVersion(),
    spec: /^Version (\S+)$/m.exec(readme)?.[1] ?? 'unknown',
    vectors: vectorsVersion(),
    contract: CONTRACT_VERSION,
  };
}
