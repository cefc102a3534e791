// A read model as the release with layout 1 laid it out and filled it, and the log that it was made from: what newer releases must read.
// Both were written by that release's code. Never edited.
import { readFileSync } from 'node:fs';
import { toAppend, type StoredEvent } from '@confledger/application';
import { olderInstallationEvent } from './older-installation.js';

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

/** Makes the fixed schema and its first generation, `<schema>` and `<schema>_read_1`, neither of which may be there. */
export function readModelOfLayout1(schema: string): string {
  return fixture('read-model-layout-1.sql').replaceAll(/\bconfledger(?=\b|_read_1\b)/g, schema);
}

/** Its log, in the order of the positions 1, 2, 3, … The first event, the installation's, is a stand-in for the one that was there. */
export function logOfLayout1(): readonly StoredEvent[] {
  const events = JSON.parse(fixture('read-model-layout-1.log.json')) as readonly (Omit<StoredEvent, 'position'> & {
    readonly position: string;
  })[];
  const installation = toAppend(olderInstallationEvent({ keyId: '0123456789abcdef', publicKey: 'a2V5' }));
  return events.map((event, index) => ({ ...event, ...(index === 0 && installation), position: BigInt(event.position) }));
}
