-- title: PostgreSQL: pg_stat_statements
-- format: json-lines
-- times: aware
-- overlap_minutes: 0
-- page: https://www.postgresql.org/docs/current/pgstatstatements.html
-- note: It holds no times, sessions, failures or search paths: each statement stands alone, temporary tables and
-- note: schemas of bare names are not known, and constants are $1. All of it is read each time. A log (csvlog) tells
-- note: more.
SELECT s.queryid AS query_id, s.queryid AS session_id, s.query AS query_text, d.datname AS database_name,
       r.rolname AS user_name, s.calls
FROM pg_stat_statements s
JOIN pg_database d ON d.oid = s.dbid
JOIN pg_roles r ON r.oid = s.userid
WHERE s.toplevel
ORDER BY s.queryid
