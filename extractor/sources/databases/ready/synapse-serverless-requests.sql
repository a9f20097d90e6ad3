-- title: Azure Synapse serverless pool: sys.dm_exec_requests_history
-- format: fabric-requests
-- times: naive
-- overlap_minutes: 60
-- page: https://learn.microsoft.com/en-us/sql/relational-databases/system-dynamic-management-views/sys-dm-exec-requests-history-transact-sql
-- note: It tells no sessions: temporary tables are not followed. The user needs VIEW SERVER STATE.
SELECT distributed_statement_id, transaction_id, login_name, status, start_time, end_time, error_code, query_text
FROM sys.dm_exec_requests_history
WHERE end_time >= :since AND end_time < :until
ORDER BY start_time
