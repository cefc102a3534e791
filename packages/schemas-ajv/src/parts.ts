// The parts of the judge of schemas, one by one, for benchmarks. Services take the whole, from the root entry.
export { judgeDocument, type JudgeParts } from './judge.js';
export { compilePattern } from './patterns.js';
export { Validators } from './validators.js';
export { Verdicts } from './verdicts.js';
