// The part of this package that makes no digest and so runs in a browser too: JSON and paths. It imports no node: module.
export { canonicalJson } from './canonical.js';
export { compileGlob, matchesGlob, parseGlob } from './glob.js';
export { equalJson, isJsonObject, type JsonObject, type JsonValue } from './json.js';
export { DOCUMENT_CHARACTERS_MAX, DOCUMENT_LEAVES_MAX, JSON_NESTING_MAX } from './limits.js';
export { nearestWord } from './nearest.js';
export { exactNumber } from './number-literal.js';
export { parseJson } from './parse-json.js';
export { parseJsonText } from './parse-json-text.js';
export { comparePaths, compareSegments, formatPath, joinPath, overlaps, parsePath, type Segments } from './path.js';
export { quoted, type CodedProblem, type DocumentErrorCode, type Problem, type Result } from './problem.js';
export { nameFlaw, stringFlaw } from './text.js';
