// What the place of a node makes of a document: profiles, overrides, values that wait for a restart.
import type { Migration } from '@confledger/postgres';

export const nodeResolution: Migration = {
  number: 8,
  name: 'node-resolution',
  sql: (schema) => `
ALTER TABLE ${schema}.node_reports ADD COLUMN resolution json;
`,
};
