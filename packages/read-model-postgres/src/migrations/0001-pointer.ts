// Which generation of the read model's tables is the one that serves. One row.
import type { Migration } from '@confledger/postgres';

export const pointer: Migration = {
  number: 1,
  name: 'pointer',
  sql: (schema) => `
CREATE TABLE ${schema}.read_model (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  generation  int NOT NULL,
  layout      int NOT NULL,
  switched_at timestamptz NOT NULL DEFAULT now()
);
`,
};
