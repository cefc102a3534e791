// Which release lays tables out: written beside each migration, and named where an older release meets newer tables.
import { readFileSync } from 'node:fs';

/** The version in this package's package.json; every package of a release has the same one. */
export const RELEASE = releaseIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function releaseIn(text: string): string {
  const [, release] = /"version": *"([^"]+)"/.exec(text) ?? [];
  if (release === undefined) throw new Error('The package.json of @confledger/postgres names no version.');
  return release;
}
