// What nodes say of themselves: the newest report of each node and ledger. No projection, so outside the generations.
import type { Migration } from '@confledger/postgres';

export const nodeReports: Migration = {
  number: 3,
  name: 'node-reports',
  sql: (schema) => `
CREATE TABLE ${schema}.node_reports (
  environment text COLLATE "C" NOT NULL,
  service     text COLLATE "C" NOT NULL,
  name        text COLLATE "C" NOT NULL,
  state       text NOT NULL,
  running     json,
  rejected    json,
  reported_at timestamptz(3) NOT NULL,
  PRIMARY KEY (environment, service, name)
);
`,
};
