// Configuration texts to values with line and column, and back: YAML, TOML, JSON, JSONC and .env. No I/O; runs in Node and in browsers.
export { decodeText, type Decoded } from './decode.js';
export { formatOfFileName, type Format, type UpdatedFormat, type WrittenFormat } from './format.js';
export { PROBLEMS_MAX, TEXT_BYTES_MAX, VALUES_MAX, YAML_TOKENS_MAX } from './limits.js';
export { type Position } from './lines.js';
export { parseFormat, type ParsedFormat, type ParsedText, type PlacePath } from './parse-format.js';
export { type FormatCode, type FormatErrorCode, type FormatFlaw, type FormatProblem } from './problem.js';
export { type ParseFormatOptions } from './read-source.js';
export { writeFormat, type WriteFormatOptions, type WriteProblem, type WrittenText } from './write-format.js';
export { updateText, type UpdatedText } from './update-text.js';
