-- The database. Run behind 10-roles.sql. What each role may do in it is migrate's business.
\set ON_ERROR_STOP on

SELECT $$CREATE DATABASE confledger OWNER confledger ENCODING 'UTF8' TEMPLATE template0$$
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'confledger') \gexec
REVOKE ALL ON DATABASE confledger FROM PUBLIC;

\connect confledger
REVOKE ALL ON SCHEMA public FROM PUBLIC;
