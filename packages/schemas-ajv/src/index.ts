// What services take: the judge of schemas.
export { examineSchema } from './examine.js';
export { FORMATS } from './vocabulary.js';
export { createSchemaJudge } from './schema-judge.js';
export type { AjvSchemaJudge, SchemaJudgeOptions } from './schema-judge.js';
