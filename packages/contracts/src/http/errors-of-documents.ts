// The part of the error catalogue about JSON, paths, values and documents. Every call that takes a document answers with these.

export const DOCUMENT_ERRORS = {
  JSON_MALFORMED: {
    meaning: 'The body is not JSON. The message names line and column.',
    remedy:
      'Send one JSON value, without comments, trailing commas or a byte order mark. NaN and Infinity are no JSON: send them as strings.',
  },
  JSON_TOO_DEEP: {
    meaning: 'The JSON is nested deeper than any document may be.',
    remedy: 'Flatten the structure: a document holds at most 32 levels, arrays included.',
  },
  JSON_DUPLICATE_NAME: {
    meaning: 'An object names the same member twice, and parsers disagree about which one counts.',
    remedy: 'Keep one of the two.',
  },
  NUMBER_NOT_EXACT: {
    meaning:
      'A number cannot be kept exactly: a 64-bit float would change its value, or it is a zero with a minus sign, which would be lost.',
    remedy: 'Send it as a string, or round it yourself to what a 64-bit float holds.',
  },
  STRING_LONE_SURROGATE: {
    meaning: 'A string or name holds half of a surrogate pair, which is not text and cannot be written as UTF-8.',
    remedy: 'Send the whole character, or encode binary data as base64.',
  },
  STRING_NUL: {
    meaning: 'A string or name holds the character NUL (U+0000), which Postgres cannot keep.',
    remedy: 'Remove it, or encode binary data as base64.',
  },
  NAME_FORBIDDEN: {
    meaning: 'A member is named __proto__, constructor or prototype, which would endanger programs that read the document.',
    remedy: 'Choose another name.',
  },
  PATH_EMPTY: {
    meaning: 'The path is empty: it addresses no value.',
    remedy: 'Name a value such as risk.parameters.maxPositionSize; for the whole document leave the path out of the URL.',
  },
  PATH_EMPTY_SEGMENT: {
    meaning: 'The path begins or ends with a dot, or has two in a row.',
    remedy: 'Remove the extra dot; a dot inside a name is written \\. and an empty name cannot be addressed.',
  },
  PATH_TOO_LONG: {
    meaning: 'The path is longer than 255 bytes of UTF-8, counted as written.',
    remedy: 'Use shorter names or fewer levels.',
  },
  PATH_TOO_DEEP: {
    meaning: 'The address, or a value in the document, lies deeper than 32 levels, arrays included.',
    remedy: 'Flatten the structure.',
  },
  PATH_BAD_ESCAPE: {
    meaning: 'In a path a backslash stands before something else than a dot or a backslash.',
    remedy: 'Write \\. for a dot inside a name and \\\\ for a backslash.',
  },
  PATH_CONTROL_CHARACTER: {
    meaning: 'The path or a name holds a control character.',
    remedy: 'Remove it; look for tabs and line breaks that were pasted along.',
  },
  VALUE_TOO_LARGE: {
    meaning: 'One value is larger than 512 KiB of canonical JSON.',
    remedy: 'Split it into several values, or keep it elsewhere and store its address and digest.',
  },
  DOCUMENT_TOO_LARGE: {
    meaning: 'The document would have more than 100,000 leaves.',
    remedy: 'Split the configuration over several services.',
  },
  DOCUMENT_NOT_OBJECT: {
    meaning: 'The configuration is not a JSON object.',
    remedy: 'Send { "configuration": { … } }.',
  },
  PATH_BELOW_LEAF: {
    meaning: 'The address lies below a value that is not an object: a scalar, or an array, which is one value and always whole.',
    remedy: 'Set the value above it to an object, or delete it first.',
  },
} as const;
