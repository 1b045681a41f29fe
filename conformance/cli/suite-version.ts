/** The version of the suite. */
import { readFileSync } from 'node:fs';

/** That of the package; its file is in the same place in what is built. */
export function suiteVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
