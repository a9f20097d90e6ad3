-- title: Impala: sys.impala_query_log
-- format: json-lines
-- times: naive
-- overlap_minutes: 1440
-- page: https://impala.apache.org/docs/build/html/topics/impala_query_log.html
-- note: Impala 4.5 and later, with --enable_workload_mgmt. A row is written when its query has ended.
SELECT query_id, session_id, db_user AS user_name, db_name AS schema_name, start_time_utc AS start_time,
       query_state AS status, sql AS sql_text
FROM sys.impala_query_log
WHERE start_time_utc >= :since AND start_time_utc < :until
ORDER BY start_time_utc
