-- title: Databricks: system.query.history
-- format: databricks-query-history
-- times: aware
-- overlap_minutes: 120
-- page: https://docs.databricks.com/aws/en/admin/system-tables/query-history
-- note: Warehouses and serverless compute. The schema system.query must be enabled and readable. A year is kept.
SELECT statement_id, session_id, statement_text, execution_status, error_message, executed_by, statement_type, start_time,
       end_time
FROM system.query.history
WHERE end_time >= :since AND end_time < :until
ORDER BY start_time
