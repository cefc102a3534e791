// The part of this package that makes no digest and so runs in a browser too: JSON and paths. It imports no node: module.
export { canonicalJson } from './canonical.js';
export { compileGlob, matchesGlob, parseGlob } from './glob.js';
export { isJsonObject, type JsonObject, type JsonValue } from './json.js';
export { nearestWord } from './nearest.js';
export { parseJson } from './parse-json.js';
export { parseJsonText } from './parse-json-text.js';
export { comparePaths, compareSegments, formatPath, joinPath, overlaps, parsePath, type Segments } from './path.js';
export { type CodedProblem, type DocumentErrorCode, type Problem, type Result } from './problem.js';
