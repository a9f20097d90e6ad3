-- title: Trino, Starburst: system.runtime.queries
-- format: trino-runtime-queries
-- times: aware
-- overlap_minutes: 10
-- page: https://trino.io/docs/current/connector/system.html
-- note: The coordinator keeps the last hundred queries for 15 minutes (query.max-history, query.min-expire-age): raise
-- note: both, or read the events of a query listener. Presto has no error_code: leave it out in a copy.
SELECT query_id, state, "user", source, query, created, "end", error_code
FROM system.runtime.queries
WHERE "end" >= :since AND "end" < :until
ORDER BY created
