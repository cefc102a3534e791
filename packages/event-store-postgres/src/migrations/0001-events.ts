// The log: one table, insert only, and the function that is the only way in.
import { advisoryKey, type Migration } from '@confledger/postgres';

export const events: Migration = {
  number: 1,
  name: 'events',
  sql: (schema) => `
CREATE TABLE ${schema}.events (
  position bigint PRIMARY KEY CHECK (position > 0),
  stream   text   COLLATE "C" NOT NULL,
  revision bigint NOT NULL CHECK (revision >= 0),
  id       uuid   NOT NULL,
  type     text   COLLATE "C" NOT NULL,
  data     text   COLLATE "C" NOT NULL,
  metadata text   COLLATE "C" NOT NULL,
  UNIQUE (stream, revision)
);

CREATE FUNCTION ${schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The log is append-only: % is refused.', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${schema}.events
  FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse_change();
-- Fires also where session_replication_role is 'replica'.
ALTER TABLE ${schema}.events ENABLE ALWAYS TRIGGER events_append_only;

-- Appends the groups whose stream ends at their expected revision, and leaves the others.
--   streams, expected: one per group, a stream at most once.
--   group_of, revisions, ids, types, datas, metadatas: one per event; group_of counts from 1.
--   wake: whether to notify those who listen in other processes.
-- Answers the position before the first event written, and where each group's stream ended before.
-- Each statement of a volatile function sees what was committed before it began (READ COMMITTED): what follows the lock
-- therefore sees everything that its former holders wrote. In the same statement it would not.
CREATE FUNCTION ${schema}.append(
  streams text[], expected bigint[],
  group_of int[], revisions bigint[], ids uuid[], types text[], datas text[], metadatas text[], wake boolean,
  OUT before bigint, OUT heads bigint[]
) LANGUAGE plpgsql VOLATILE
-- Planned once for each connection (custom plans cost 0.3 ms a call), and for a big table also while it is still empty.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  written bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(${advisoryKey(`append ${schema}`)});
  SELECT coalesce(max(e.position), 0) INTO before FROM ${schema}.events e;
  WITH groups AS MATERIALIZED (
    SELECT g.number, g.stream, g.expected, coalesce((SELECT max(e.revision) FROM ${schema}.events e WHERE e.stream = g.stream), -1) AS head
    FROM unnest(append.streams, append.expected) WITH ORDINALITY AS g(stream, expected, number)
  ), inserted AS (
    INSERT INTO ${schema}.events (position, stream, revision, id, type, data, metadata)
    SELECT append.before + row_number() OVER (ORDER BY n.number), g.stream, n.revision, n.id, n.type, n.data, n.metadata
    FROM unnest(group_of, revisions, append.ids, types, datas, metadatas) WITH ORDINALITY
      AS n(of_group, revision, id, type, data, metadata, number)
    JOIN groups g ON g.number = n.of_group
    WHERE g.head = g.expected
    RETURNING 1
  )
  SELECT array_agg(g.head ORDER BY g.number), (SELECT count(*) FROM inserted) INTO heads, written FROM groups g;
  IF wake AND written > 0 THEN
    PERFORM pg_notify('${channel(schema)}', (before + written)::text);
  END IF;
END
$$;

-- The same for a flush of one stream, which is what a single client makes: 0.1 ms quicker than the general one.
CREATE FUNCTION ${schema}.append_stream(
  stream text, expected bigint, ids uuid[], types text[], datas text[], metadatas text[], wake boolean,
  OUT before bigint, OUT head bigint
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(${advisoryKey(`append ${schema}`)});
  SELECT coalesce(max(e.position), 0) INTO before FROM ${schema}.events e;
  SELECT coalesce(max(e.revision), -1) INTO head FROM ${schema}.events e WHERE e.stream = append_stream.stream;
  IF head = expected THEN
    INSERT INTO ${schema}.events (position, stream, revision, id, type, data, metadata)
    SELECT append_stream.before + n.number, append_stream.stream, expected + n.number, n.id, n.type, n.data, n.metadata
    FROM unnest(append_stream.ids, types, datas, metadatas) WITH ORDINALITY AS n(id, type, data, metadata, number);
    IF wake THEN
      PERFORM pg_notify('${channel(schema)}', (before + cardinality(append_stream.ids))::text);
    END IF;
  END IF;
END
$$;
`,
};

const channel = (schema: string): string => schema.replaceAll('"', '');
