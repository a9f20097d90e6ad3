-- title: SQL Server: Query Store of the database
-- format: sqlserver-query-store
-- times: naive
-- overlap_minutes: 60
-- page: https://learn.microsoft.com/en-us/sql/relational-databases/performance/monitoring-performance-by-using-the-query-store
-- note: One database. Statements without session and order: temporary tables are not followed.
SELECT q.query_id, t.query_sql_text, DB_NAME() AS database_name, s.execution_type_desc,
       MAX(s.last_execution_time) AS last_execution_time
FROM sys.query_store_runtime_stats s
JOIN sys.query_store_plan p ON p.plan_id = s.plan_id
JOIN sys.query_store_query q ON q.query_id = p.query_id
JOIN sys.query_store_query_text t ON t.query_text_id = q.query_text_id
WHERE s.last_execution_time >= :since AND s.last_execution_time < :until
GROUP BY q.query_id, t.query_sql_text, s.execution_type_desc
ORDER BY q.query_id
