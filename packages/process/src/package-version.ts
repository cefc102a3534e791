// Which release a service is of.
import { readFileSync } from 'node:fs';

/** The version in the package.json beside the folder of the module whose `import.meta.url` is given. */
export function packageVersion(moduleUrl: string): string {
  const text = readFileSync(new URL('../package.json', moduleUrl), 'utf8');
  // oxlint-disable-next-line no-restricted-properties -- our own package.json, of which one plain name is read
  return String((JSON.parse(text) as { version?: unknown }).version);
}
