-- title: Microsoft Fabric: queryinsights.exec_requests_history
-- format: fabric-requests
-- times: naive
-- overlap_minutes: 60
-- page: https://learn.microsoft.com/en-us/sql/relational-databases/system-views/queryinsights-exec-requests-history-transact-sql
-- note: One warehouse. Rows come up to 15 minutes late; 30 days are kept.
SELECT distributed_statement_id, session_id, login_name, status, submit_time, start_time, end_time, command,
       DB_NAME() AS database_name
FROM queryinsights.exec_requests_history
WHERE end_time >= :since AND end_time < :until
ORDER BY submit_time
