// The part of the operations table about the schemas of a ledger.

export const SCHEMA_OPERATIONS = {
  readSchemas: {
    method: 'GET',
    path: '/configurations/{service}/schema',
    access: 'read',
    about: 'ledger',
    group: 'Schemas',
    summary: 'The schemas that the ledger is judged by, where each comes from, and what is wrong by them already',
  },
  setSchema: {
    method: 'PUT',
    path: '/configurations/{service}/schema',
    access: 'write',
    about: 'ledger',
    group: 'Schemas',
    summary: 'Mount a schema at a path; true switches off what would be inherited at that very mount',
    changes: 'by-key',
  },
  removeSchema: {
    method: 'DELETE',
    path: '/configurations/{service}/schema',
    access: 'write',
    about: 'ledger',
    group: 'Schemas',
    summary: 'Remove a schema; the answer shows what applies there then',
    changes: 'by-key',
  },
  validateConfiguration: {
    method: 'POST',
    path: '/configurations/{service}/validate',
    access: 'read',
    about: 'ledger',
    group: 'Schemas',
    summary: 'What the rules say of a change, or of what there is; nothing is written',
  },
  whatIfSchema: {
    method: 'POST',
    path: '/configurations/{service}/schema/what-if',
    access: 'read',
    about: 'ledger',
    group: 'Schemas',
    summary: 'Which versions or activations a schema would have refused, line by line; without the last line the answer is not whole',
    answers: 'lines',
  },
} as const;
