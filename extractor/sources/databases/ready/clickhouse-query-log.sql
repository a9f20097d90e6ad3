-- title: ClickHouse: system.query_log
-- format: clickhouse-query-log
-- times: text
-- overlap_minutes: 30
-- page: https://clickhouse.com/docs/operations/system-tables/query_log
-- note: One server: of a cluster, name clusterAllReplicas(...) in a copy. Texts of log_queries_cut_to_length are cut.
-- note: Times are the server's zone: set time_zone.
SELECT toString(type) AS type, event_time, query_start_time, query_start_time_microseconds, current_database, query,
       exception_code, is_initial_query, user, query_id, initial_user, toString(initial_address) AS initial_address,
       initial_port
FROM system.query_log
WHERE event_time_microseconds >= parseDateTime64BestEffort(:since, 6, 'UTC')
  AND event_time_microseconds < parseDateTime64BestEffort(:until, 6, 'UTC')
  AND type != 'QueryStart'
ORDER BY query_start_time_microseconds
