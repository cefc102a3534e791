-- The roles, run once by a superuser with psql 15 or newer: the container does at its first start, in the order of the names.
-- Elsewhere: CONFLEDGER_DATABASE_PASSWORD=… psql -f infra/postgres/10-roles.sql -f infra/postgres/20-database.sql "$SUPERUSER_URL"
\set ON_ERROR_STOP on
\getenv password CONFLEDGER_DATABASE_PASSWORD

-- What api, projector and relay are: it owns its database, where they lay out schemas and tables themselves. Nothing beyond it.
CREATE ROLE confledger LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;

-- For people and reports, granted to roles of their own: reads, and changes nothing.
CREATE ROLE confledger_reader NOLOGIN;
