// Which apis run: the last heartbeat of each. Not derived from the log, so outside the generations.
import type { Migration } from '@confledger/postgres';

export const apiHeartbeats: Migration = {
  number: 5,
  name: 'api-heartbeats',
  sql: (schema) => `
CREATE TABLE ${schema}.api_heartbeats (
  id           text COLLATE "C" PRIMARY KEY,
  release      text NOT NULL,
  features     text[] NOT NULL,
  heartbeat_at timestamptz(3) NOT NULL
);
`,
};
