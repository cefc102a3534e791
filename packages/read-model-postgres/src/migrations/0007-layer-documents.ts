// Documents that ledgers stand on, beside the snapshots: a cache of the application, outside the generations.
import type { Migration } from '@confledger/postgres';

export const layerDocuments: Migration = {
  number: 7,
  name: 'layer-documents',
  sql: (schema) => `
CREATE TABLE ${schema}.layer_documents (
  ledger     text COLLATE "C" NOT NULL,
  activation bigint NOT NULL,
  digest     text COLLATE "C" NOT NULL,
  body       text NOT NULL,
  PRIMARY KEY (ledger, activation)
);
`,
};
