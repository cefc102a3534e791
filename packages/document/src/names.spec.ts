// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: documents keep them all the same.
import { describe, expect, it } from 'vitest';
import { NAME_TRAP_CASES, setNameTrap } from '../../../test/support/src/name-traps.js';
import { documentOf } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { Document } from './document.js';
import { frozenCopy } from './frozen-json.js';
import { segmentFlaw } from './text.js';

describe.each(NAME_TRAP_CASES)('the name %s behind %i others', (_, before, trap) => {
  it('is kept in the frozen copy of a value', () => {
    const object = setNameTrap(trap, before);
    expect(JSON.stringify(frozenCopy([object]))).toBe(canonicalJson([object]));
  });

  it('is kept in the JSON of a document, inside arrays and outside', () => {
    const object = setNameTrap(trap, before);
    const json = segmentFlaw(trap.name) === null ? { list: [object], object } : { list: [object] };
    expect(JSON.stringify(documentOf(json).toJson())).toBe(canonicalJson(json));
  });

  it('is kept in a document that is made of its leaves', () => {
    const object = setNameTrap(trap, before);
    const document = Document.empty.apply([{ path: 'list', value: [object], revision: 1 }]);
    expect(JSON.stringify(document.toJson())).toBe(canonicalJson({ list: [object] }));
  });
});
