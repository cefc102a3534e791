// What the inheritance follower could not do: one row per ledger. Not derived from the log, so outside the generations.
import type { Migration } from '@confledger/postgres';

export const inheritanceBlocks: Migration = {
  number: 6,
  name: 'inheritance-blocks',
  sql: (schema) => `
CREATE TABLE ${schema}.inheritance_blocks (
  environment text COLLATE "C" NOT NULL,
  service     text COLLATE "C" NOT NULL,
  since       timestamptz(3) NOT NULL,
  checked_at  timestamptz(3) NOT NULL,
  code        text NOT NULL,
  message     text NOT NULL,
  details     json NOT NULL,
  layers      json NOT NULL,
  PRIMARY KEY (environment, service)
);
`,
};
