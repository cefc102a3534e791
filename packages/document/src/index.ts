// Paths, JSON, and the document as a Merkle tree. Lies under domain, contracts and SDK alike, and depends on nothing.
export { canonicalJson } from './canonical.js';
export { checkValue } from './check-value.js';
export { differencesToChanges, type Difference, type DocumentChange } from './diff.js';
export { leafDigest, treeDigest, type DigestTree } from './digest.js';
export { Document } from './document.js';
export { explainOverlay, type ExplainedLeaf, type Overridden } from './explain-overlay.js';
export { compileGlob, globSegments, matchesGlob, parseGlob, type GlobSegment } from './glob.js';
export { isJsonObject, type JsonObject, type JsonValue } from './json.js';
export { type Leaf } from './leaves.js';
export { jsonSize, leafWeight, nodeDigest } from './tree.js';
export {
  DEPTH_MAX,
  DOCUMENT_CHARACTERS_MAX,
  DOCUMENT_LEAVES_MAX,
  JSON_NESTING_CEILING,
  JSON_NESTING_MAX,
  PATH_BYTES_MAX,
  VALUE_BYTES_MAX,
} from './limits.js';
export { mergePatch } from './merge-patch.js';
export { nearestWord } from './nearest.js';
export { parseJson } from './parse-json.js';
export { parseJsonText } from './parse-json-text.js';
export { comparePaths, compareSegments, formatPath, joinPath, overlaps, parsePath, type Segments } from './path.js';
export { DocumentFault, type CodedProblem, type DocumentErrorCode, type Problem, type Result } from './problem.js';
export { verifyProof, type Proof, type ProofSibling } from './proof.js';
export { holdsReference } from './reference-marks.js';
export { type DocumentNode, type LeafNode, type ObjectNode } from './tree.js';
