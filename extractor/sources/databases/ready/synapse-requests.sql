-- title: Azure Synapse dedicated pool: sys.dm_pdw_exec_requests
-- format: synapse-requests
-- times: naive
-- overlap_minutes: 30
-- page: https://learn.microsoft.com/en-us/sql/relational-databases/system-dynamic-management-views/sys-dm-pdw-exec-requests-transact-sql
-- note: The last 10,000 requests are kept: read it often. Texts of 4,000 characters are cut.
SELECT r.request_id, r.session_id, r.status, r.submit_time, r.start_time, r.end_time, r.error_id, r.command,
       s.login_name, DB_NAME() AS database_name
FROM sys.dm_pdw_exec_requests r
LEFT JOIN sys.dm_pdw_exec_sessions s ON s.session_id = r.session_id
WHERE r.end_time >= :since AND r.end_time < :until AND r.command IS NOT NULL
ORDER BY r.submit_time
