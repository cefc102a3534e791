// The tables of one generation of the read model. A change here is a new LAYOUT: nothing is altered in place, a rebuild fills
// new tables beside the old ones. Columns that readers of an older release ask for stay: they read new tables during an upgrade.

/** Raised with every change of the tables below or of what the projections write into them. */
export const LAYOUT = 5;

/** Tables of a generation that have a view of the same name in the fixed schema, which readers use. */
export const VIEWED_TABLES = [
  'checkpoint',
  'streams',
  'environments',
  'ledgers',
  'items',
  'versions',
  'activations',
  'tags',
  'audit',
  'parked',
  'parked_streams',
] as const;

/** `schema` is quoted already. Values are `json` and not `jsonb`: the text of a number stays as it is. Layers hold none but revisions. */
export const tablesOf = (schema: string): string => `
CREATE TABLE ${schema}.checkpoint (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  position      bigint NOT NULL,
  -- The last event that was folded. A projector of layout 1 would move the position without it, and is refused.
  marked_at     bigint NOT NULL DEFAULT 0 CHECK (marked_at = position),
  mark_stream   text COLLATE "C",
  mark_revision bigint,
  mark_id       text COLLATE "C"
);
INSERT INTO ${schema}.checkpoint (position) VALUES (0);

CREATE TABLE ${schema}.streams (
  stream    text COLLATE "C" PRIMARY KEY,
  revision  bigint NOT NULL,
  hash      text COLLATE "C",
  parked_at bigint
);

CREATE TABLE ${schema}.environments (
  environment text COLLATE "C" PRIMARY KEY,
  ledger      text COLLATE "C" NOT NULL,
  revision    bigint NOT NULL,
  position    bigint NOT NULL
);

CREATE TABLE ${schema}.ledgers (
  ledger        text COLLATE "C" PRIMARY KEY,
  environment   text COLLATE "C" NOT NULL,
  service       text COLLATE "C" NOT NULL,
  is_there      boolean NOT NULL,
  latest        bigint,
  active        bigint,
  activation    bigint,
  pending       bigint NOT NULL,
  digest        text COLLATE "C" NOT NULL,
  active_digest text COLLATE "C",
  retired       boolean NOT NULL,
  updated_at    timestamptz(3),
  parked_at     bigint,
  activated_at  timestamptz(3),
  active_own    text COLLATE "C",
  layers        jsonb NOT NULL,
  definition    bigint,
  schema_revision bigint,
  -- The first of the unbroken row of pinned activations.
  pinned        bigint,
  pinned_by     text,
  pinned_at     timestamptz(3)
);
CREATE INDEX ledgers_by_name ON ${schema}.ledgers (environment, service);

CREATE TABLE ${schema}.items (
  ledger   text COLLATE "C" NOT NULL,
  of       text COLLATE "C" NOT NULL CHECK (of IN ('head', 'active')),
  path     text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  value    json NOT NULL,
  PRIMARY KEY (ledger, of, path)
);

CREATE TABLE ${schema}.versions (
  ledger         text COLLATE "C" NOT NULL,
  version        bigint NOT NULL,
  first_revision bigint NOT NULL,
  actor          text NOT NULL,
  reason         text,
  occurred_at    timestamptz(3) NOT NULL,
  change_count   int NOT NULL,
  PRIMARY KEY (ledger, version)
);

CREATE TABLE ${schema}.activations (
  ledger      text COLLATE "C" NOT NULL,
  version     bigint NOT NULL,
  activation  bigint NOT NULL,
  actor       text NOT NULL,
  reason      text,
  occurred_at timestamptz(3) NOT NULL,
  rollback_to bigint,
  previous_activation bigint,
  digest      text COLLATE "C" NOT NULL,
  own         text COLLATE "C" NOT NULL,
  layers      jsonb NOT NULL,
  pinned      boolean NOT NULL,
  definition  bigint,
  restart     jsonb NOT NULL,
  source      jsonb,
  PRIMARY KEY (ledger, version, activation)
);
CREATE INDEX activations_by_revision ON ${schema}.activations (ledger, activation);

CREATE TABLE ${schema}.tags (
  ledger   text COLLATE "C" NOT NULL,
  tag      text COLLATE "C" NOT NULL,
  version  bigint NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (ledger, tag)
);

CREATE TABLE ${schema}.audit (
  position       bigint PRIMARY KEY,
  stream         text COLLATE "C" NOT NULL,
  -- Empty for a stream that is no ledger's.
  ledger         text COLLATE "C" NOT NULL,
  revision       bigint NOT NULL,
  version        bigint,
  type           text COLLATE "C" NOT NULL,
  path           text COLLATE "C",
  before         json,
  after          json,
  actor          text COLLATE "C" NOT NULL,
  method         text COLLATE "C" NOT NULL,
  reason         text,
  occurred_at    timestamptz(3) NOT NULL,
  command_id     text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  change_set     text COLLATE "C" NOT NULL,
  abandoned      boolean NOT NULL,
  detail         json NOT NULL,
  source         json
);
CREATE INDEX audit_by_ledger ON ${schema}.audit (ledger, position);
CREATE INDEX audit_by_path ON ${schema}.audit (ledger, path, position) WHERE path IS NOT NULL;
CREATE INDEX audit_by_actor ON ${schema}.audit (actor, position);

CREATE TABLE ${schema}.open_events (
  stream   text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  position bigint NOT NULL,
  id       text COLLATE "C" NOT NULL,
  type     text COLLATE "C" NOT NULL,
  data     text NOT NULL,
  metadata text NOT NULL,
  PRIMARY KEY (stream, revision)
);

CREATE TABLE ${schema}.parked (
  position bigint PRIMARY KEY,
  stream   text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type     text COLLATE "C" NOT NULL,
  reason   text NOT NULL
);

CREATE TABLE ${schema}.parked_streams (
  stream   text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  position bigint NOT NULL,
  type     text COLLATE "C" NOT NULL,
  reason   text NOT NULL
);
CREATE INDEX parked_streams_by_position ON ${schema}.parked_streams (position);
`;
