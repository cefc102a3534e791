-- The roles, made by a superuser with psql 15 or newer: the container runs this at its first start, in the order of the names.
-- Elsewhere, and again where a role is missing: CONFLEDGER_DATABASE_PASSWORD=… CONFLEDGER_API_PASSWORD=… CONFLEDGER_PROJECTOR_PASSWORD=…
-- CONFLEDGER_RELAY_PASSWORD=… psql -f infra/postgres/10-roles.sql -f infra/postgres/20-database.sql "$SUPERUSER_URL"
\set ON_ERROR_STOP on
\getenv owner_password CONFLEDGER_DATABASE_PASSWORD
\getenv api_password CONFLEDGER_API_PASSWORD
\getenv projector_password CONFLEDGER_PROJECTOR_PASSWORD
\getenv relay_password CONFLEDGER_RELAY_PASSWORD

-- confledger: what migrate logs in as. It owns the database and its tables; no other part has its password.
-- confledger_api, confledger_projector, confledger_relay: what the parts log in as. Migrate gives each what it needs.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name)
FROM unnest(ARRAY['confledger', 'confledger_api', 'confledger_projector', 'confledger_relay']) AS wanted(name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE confledger PASSWORD :'owner_password';
ALTER ROLE confledger_api PASSWORD :'api_password';
ALTER ROLE confledger_projector PASSWORD :'projector_password';
ALTER ROLE confledger_relay PASSWORD :'relay_password';

-- For people and reports, granted to roles of their own: reads the read model, and changes nothing.
SELECT 'CREATE ROLE confledger_reader NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'confledger_reader') \gexec

-- Migrate hands the tables of the read model over to the projector, which rebuilds them.
GRANT confledger_projector TO confledger;
