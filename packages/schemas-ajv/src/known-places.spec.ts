// What is known of places: a member that is the very node it was holds, and one that moved to another name, or changed, is judged anew.
import { Document, type JsonObject } from '@confledger/document';
import type { Rule } from '@confledger/domain';
import { expect, test } from 'vitest';
import { createSchemaJudge } from './schema-judge.js';

const rule = (mount: string, schema: JsonObject): Rule => ({ mount, dialect: '2020-12', schema, origin: { kind: 'own', revision: 1 } });

function documentOf(json: JsonObject): Document {
  const made = Document.from(json);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

test('of many members one that changes is judged, and so is one that comes, and one whose name is not its own', async () => {
  const judge = createSchemaJudge();
  const rules = [rule('token.*', { required: ['id'], properties: { id: { type: 'string', 'x-equalsKey': true }, limit: { minimum: 0 } } })];
  const paths = (document: Document) =>
    judge
      .judgeNow({ rules, document, isAbstract: false, hasReferences: false })
      ?.violations.map(({ path, keyword }) => `${path} ${keyword}`);
  const tokens = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, { id: `t${index}`, limit: 1 }]));
  const first = documentOf({ token: tokens });
  expect(paths(first)).toEqual([]);
  expect(paths(first.apply([{ path: 'token.t7.limit', value: -1 }]))).toEqual(['token.t7.limit minimum']);
  expect(paths(first.apply([{ path: 'token.new.limit', value: 1 }]))).toEqual(['token.new required']);
  expect(paths(first.apply([{ path: 'token.t8.id', value: 't7' }]))).toEqual(['token.t8.id x-equalsKey']);
  // The very node of another place, under a name that is not its own.
  const moved = documentOf({ token: { t7: { id: 't7', limit: 1 } } });
  expect(paths(moved)).toEqual([]);
  expect(paths(documentOf({ token: { t9: { id: 't7', limit: 1 } } }))).toEqual(['token.t9.id x-equalsKey']);
  expect(paths(first)).toEqual([]);
  await judge.close();
});

test('what holds by one schema, or in one kind of environment, is not taken to hold by another or elsewhere', async () => {
  const judge = createSchemaJudge();
  const document = documentOf({ token: { a: { limit: 5, name: '${env:A}' } } });
  const count = (schema: JsonObject, isAbstract = false, hasReferences = false) =>
    judge.judgeNow({ rules: [rule('token.*', schema)], document, isAbstract, hasReferences })?.violations.length;
  expect(count({ properties: { name: { maxLength: 3 } } }, false, true)).toBe(0);
  expect(count({ properties: { name: { maxLength: 3 } } })).toBe(1);
  expect(count({ required: ['id'] }, true)).toBe(0);
  expect(count({ required: ['id'] })).toBe(1);
  expect(count({ properties: { limit: { maximum: 5 } } })).toBe(0);
  expect(count({ properties: { limit: { maximum: 4 } } })).toBe(1);
  await judge.close();
});
