// Snapshots carry a mac, without which none is used; reports say which release of the SDK sent them.
import type { Migration } from '@confledger/postgres';

export const authenticity: Migration = {
  number: 4,
  name: 'authenticity',
  sql: (schema) => `
-- Null in snapshots of releases before macs, which nobody uses again.
ALTER TABLE ${schema}.snapshots ADD COLUMN mac text COLLATE "C";
DELETE FROM ${schema}.snapshots;
-- As the header X-Confledger-Sdk says it; null where there was none.
ALTER TABLE ${schema}.node_reports ADD COLUMN sdk text;
`,
};
