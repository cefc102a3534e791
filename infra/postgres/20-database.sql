-- The database and who may do what in it. Run once, behind 10-roles.sql.
\set ON_ERROR_STOP on

CREATE DATABASE confledger OWNER confledger ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE confledger FROM PUBLIC;
GRANT CONNECT ON DATABASE confledger TO confledger_reader;

\connect confledger
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE confledger GRANT USAGE ON SCHEMAS TO confledger_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE confledger GRANT SELECT ON TABLES TO confledger_reader;
