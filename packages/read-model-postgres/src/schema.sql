-- Generated from the catalogue of a migrated database, checked by schema.int.spec.ts. Not run by anything.

CREATE SCHEMA confledger;

CREATE VIEW confledger.activations AS
 SELECT ledger,
    version,
    activation,
    actor,
    reason,
    occurred_at,
    rollback_to,
    previous_activation,
    digest,
    own,
    layers,
    pinned,
    definition,
    restart,
    source
   FROM confledger_read_1.activations;

CREATE TABLE confledger.api_heartbeats (
  id text COLLATE "C" NOT NULL,
  release text NOT NULL,
  features text[] NOT NULL,
  heartbeat_at timestamp(3) with time zone NOT NULL,
  PRIMARY KEY (id)
);

CREATE VIEW confledger.audit AS
 SELECT "position",
    stream,
    ledger,
    revision,
    version,
    type,
    path,
    before,
    after,
    actor,
    method,
    reason,
    occurred_at,
    command_id,
    correlation_id,
    change_set,
    abandoned,
    detail,
    source
   FROM confledger_read_1.audit;

CREATE VIEW confledger.checkpoint AS
 SELECT one,
    "position",
    marked_at,
    mark_stream,
    mark_revision,
    mark_id
   FROM confledger_read_1.checkpoint;

CREATE VIEW confledger.environments AS
 SELECT environment,
    ledger,
    revision,
    "position"
   FROM confledger_read_1.environments;

CREATE TABLE confledger.inheritance_blocks (
  environment text COLLATE "C" NOT NULL,
  service text COLLATE "C" NOT NULL,
  since timestamp(3) with time zone NOT NULL,
  checked_at timestamp(3) with time zone NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  details json NOT NULL,
  layers json NOT NULL,
  PRIMARY KEY (environment, service)
);

CREATE VIEW confledger.items AS
 SELECT ledger,
    of,
    path,
    revision,
    value
   FROM confledger_read_1.items;

CREATE TABLE confledger.layer_documents (
  ledger text COLLATE "C" NOT NULL,
  activation bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (ledger, activation)
);

CREATE VIEW confledger.ledgers AS
 SELECT ledger,
    environment,
    service,
    is_there,
    latest,
    active,
    activation,
    pending,
    digest,
    active_digest,
    retired,
    updated_at,
    parked_at,
    activated_at,
    active_own,
    layers,
    definition,
    schema_revision,
    pinned,
    pinned_by,
    pinned_at
   FROM confledger_read_1.ledgers;

CREATE TABLE confledger.migrations (
  number integer NOT NULL,
  name text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  release text,
  PRIMARY KEY (number)
);

CREATE TABLE confledger.node_reports (
  environment text COLLATE "C" NOT NULL,
  service text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  state text NOT NULL,
  running json,
  rejected json,
  reported_at timestamp(3) with time zone NOT NULL,
  sdk text,
  resolution json,
  PRIMARY KEY (environment, service, name)
);

CREATE VIEW confledger.parked AS
 SELECT "position",
    stream,
    revision,
    event_id,
    type,
    reason
   FROM confledger_read_1.parked;

CREATE VIEW confledger.parked_streams AS
 SELECT stream,
    revision,
    "position",
    type,
    reason
   FROM confledger_read_1.parked_streams;

CREATE TABLE confledger.read_model (
  one boolean NOT NULL DEFAULT true,
  generation integer NOT NULL,
  layout integer NOT NULL,
  switched_at timestamp with time zone NOT NULL DEFAULT now(),
  CHECK (one),
  PRIMARY KEY (one)
);

CREATE TABLE confledger.snapshots (
  stream text COLLATE "C" NOT NULL,
  code_version integer NOT NULL,
  revision bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  occurred_at text COLLATE "C" NOT NULL,
  body text NOT NULL,
  mac text COLLATE "C",
  PRIMARY KEY (stream, code_version, revision)
);
CREATE INDEX snapshots_by_time ON confledger.snapshots USING btree (stream, code_version, occurred_at, revision);

CREATE VIEW confledger.streams AS
 SELECT stream,
    revision,
    hash,
    parked_at
   FROM confledger_read_1.streams;

CREATE VIEW confledger.tags AS
 SELECT ledger,
    tag,
    version,
    revision
   FROM confledger_read_1.tags;

CREATE VIEW confledger.versions AS
 SELECT ledger,
    version,
    first_revision,
    actor,
    reason,
    occurred_at,
    change_count
   FROM confledger_read_1.versions;

CREATE SCHEMA confledger_read_1;

CREATE TABLE confledger_read_1.activations (
  ledger text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  activation bigint NOT NULL,
  actor text NOT NULL,
  reason text,
  occurred_at timestamp(3) with time zone NOT NULL,
  rollback_to bigint,
  previous_activation bigint,
  digest text COLLATE "C" NOT NULL,
  own text COLLATE "C" NOT NULL,
  layers jsonb NOT NULL,
  pinned boolean NOT NULL,
  definition bigint,
  restart jsonb NOT NULL,
  source jsonb,
  PRIMARY KEY (ledger, version, activation)
);
CREATE INDEX activations_by_revision ON confledger_read_1.activations USING btree (ledger, activation);

CREATE TABLE confledger_read_1.audit (
  "position" bigint NOT NULL,
  stream text COLLATE "C" NOT NULL,
  ledger text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  version bigint,
  type text COLLATE "C" NOT NULL,
  path text COLLATE "C",
  before json,
  after json,
  actor text COLLATE "C" NOT NULL,
  method text COLLATE "C" NOT NULL,
  reason text,
  occurred_at timestamp(3) with time zone NOT NULL,
  command_id text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  change_set text COLLATE "C" NOT NULL,
  abandoned boolean NOT NULL,
  detail json NOT NULL,
  source json,
  PRIMARY KEY ("position")
);
CREATE INDEX audit_by_actor ON confledger_read_1.audit USING btree (actor, "position");
CREATE INDEX audit_by_ledger ON confledger_read_1.audit USING btree (ledger, "position");
CREATE INDEX audit_by_path ON confledger_read_1.audit USING btree (ledger, path, "position") WHERE (path IS NOT NULL);

CREATE TABLE confledger_read_1.checkpoint (
  one boolean NOT NULL DEFAULT true,
  "position" bigint NOT NULL,
  marked_at bigint NOT NULL DEFAULT 0,
  mark_stream text COLLATE "C",
  mark_revision bigint,
  mark_id text COLLATE "C",
  CHECK ((marked_at = "position")),
  CHECK (one),
  PRIMARY KEY (one)
);

CREATE TABLE confledger_read_1.environments (
  environment text COLLATE "C" NOT NULL,
  ledger text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  "position" bigint NOT NULL,
  PRIMARY KEY (environment)
);

CREATE TABLE confledger_read_1.items (
  ledger text COLLATE "C" NOT NULL,
  of text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  value json NOT NULL,
  CHECK ((of = ANY (ARRAY['head'::text, 'active'::text]))),
  PRIMARY KEY (ledger, of, path)
);

CREATE TABLE confledger_read_1.ledgers (
  ledger text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  service text COLLATE "C" NOT NULL,
  is_there boolean NOT NULL,
  latest bigint,
  active bigint,
  activation bigint,
  pending bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  active_digest text COLLATE "C",
  retired boolean NOT NULL,
  updated_at timestamp(3) with time zone,
  parked_at bigint,
  activated_at timestamp(3) with time zone,
  active_own text COLLATE "C",
  layers jsonb NOT NULL,
  definition bigint,
  schema_revision bigint,
  pinned bigint,
  pinned_by text,
  pinned_at timestamp(3) with time zone,
  PRIMARY KEY (ledger)
);
CREATE INDEX ledgers_by_name ON confledger_read_1.ledgers USING btree (environment, service);

CREATE TABLE confledger_read_1.open_events (
  stream text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  "position" bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  data text NOT NULL,
  metadata text NOT NULL,
  PRIMARY KEY (stream, revision)
);

CREATE TABLE confledger_read_1.parked (
  "position" bigint NOT NULL,
  stream text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY ("position")
);

CREATE TABLE confledger_read_1.parked_streams (
  stream text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  "position" bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (stream)
);
CREATE INDEX parked_streams_by_position ON confledger_read_1.parked_streams USING btree ("position");

CREATE TABLE confledger_read_1.streams (
  stream text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  hash text COLLATE "C",
  parked_at bigint,
  PRIMARY KEY (stream)
);

CREATE TABLE confledger_read_1.tags (
  ledger text COLLATE "C" NOT NULL,
  tag text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (ledger, tag)
);

CREATE TABLE confledger_read_1.versions (
  ledger text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  first_revision bigint NOT NULL,
  actor text NOT NULL,
  reason text,
  occurred_at timestamp(3) with time zone NOT NULL,
  change_count integer NOT NULL,
  PRIMARY KEY (ledger, version)
);

