// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: a node reads its cache file as it was written.
import { markerOf, SigningLedger } from '@confledger/conformance';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NAME_TRAP_CASES, setNameTrap } from '../../../test/support/src/name-traps.js';
import { readCacheFile, writeCacheFile } from './cache-file.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'confledger-names-'));
});
afterAll(() => rm(directory, { recursive: true }));

test.each(NAME_TRAP_CASES)('the name %s behind %i others is read from the cache file', async (_, before, trap) => {
  const file = join(directory, 'node.cache');
  const active = new SigningLedger().activate({ list: [setNameTrap(trap, before)] });
  const { ledger, origin, activation, document } = active;
  await writeCacheFile(file, { ledger, origin, highestActivation: activation, confirmedAtMs: 0, marker: markerOf(active), document });
  const read = await readCacheFile(file);
  expect(read?.document.digest).toBe(document.digest);
  expect(JSON.stringify(read?.document.toJson())).toBe(JSON.stringify(document.toJson()));
});
