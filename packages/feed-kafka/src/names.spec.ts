// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: leaves come out of the topic as they went in.
import { NAME_TRAP_CASES, setNameTrap } from '@confledger/test-support';
import { expect, test } from 'vitest';
import { leafMessage, readLeaf } from './records.js';

test.each(NAME_TRAP_CASES)('the name %s behind %i others is read from a record', (_, before, trap) => {
  const leaf = { path: 'list', value: [setNameTrap(trap, before)], version: 7 };
  const { value } = leafMessage('production.x', leaf, 0);
  expect(JSON.stringify(readLeaf('list', { value: Buffer.from(String(value)) }))).toBe(
    JSON.stringify({ path: 'list', version: 7, value: leaf.value }),
  );
});
