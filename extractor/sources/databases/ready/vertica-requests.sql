-- title: Vertica: v_monitor.query_requests
-- format: vertica-requests
-- times: aware
-- overlap_minutes: 30
-- page: https://docs.vertica.com/latest/en/sql-reference/system-tables/v-monitor-schema/query-requests/
-- note: How long rows are kept is the retention of the data collector (dc_requests_issued).
SELECT session_id, transaction_id, statement_id, request_id, user_name, search_path, request_type, request, success,
       start_timestamp, end_timestamp
FROM v_monitor.query_requests
WHERE end_timestamp >= :since AND end_timestamp < :until
ORDER BY start_timestamp
