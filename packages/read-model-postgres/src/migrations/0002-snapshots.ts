// Folded states of ledgers: a cache of the application, outside the generations because it has nothing to do with them.
import type { Migration } from '@confledger/postgres';

export const snapshots: Migration = {
  number: 2,
  name: 'snapshots',
  sql: (schema) => `
CREATE TABLE ${schema}.snapshots (
  stream       text COLLATE "C" NOT NULL,
  code_version int NOT NULL,
  revision     bigint NOT NULL,
  hash         text COLLATE "C" NOT NULL,
  -- ISO 8601, UTC, milliseconds: compared as text, byte by byte.
  occurred_at  text COLLATE "C" NOT NULL,
  body         text NOT NULL,
  PRIMARY KEY (stream, code_version, revision)
);
CREATE INDEX snapshots_by_time ON ${schema}.snapshots (stream, code_version, occurred_at, revision);
`,
};
