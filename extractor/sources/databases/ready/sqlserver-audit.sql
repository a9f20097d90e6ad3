-- title: SQL Server: audit, from the files of all audits that are on
-- format: sqlserver-audit
-- times: naive
-- overlap_minutes: 30
-- page: https://learn.microsoft.com/en-us/sql/relational-databases/system-functions/sys-fn-get-audit-file-transact-sql
-- note: The user needs VIEW SERVER SECURITY AUDIT (before 2022: CONTROL SERVER). What is audited is shown: the action
-- note: group BATCH_COMPLETED_GROUP holds all. It tells refusals, but no other failures. In Azure SQL, copy the query and
-- note: give the URL of the container to sys.fn_get_audit_file.
SELECT a.event_time, a.sequence_number, a.action_id, a.succeeded, a.session_id, a.server_principal_name,
       a.database_name, a.server_instance_name, a.object_name, a.statement
FROM (SELECT DISTINCT log_file_path FROM sys.server_file_audits WHERE is_state_enabled = 1) f
CROSS APPLY sys.fn_get_audit_file(f.log_file_path + '*.sqlaudit', NULL, NULL) a
WHERE a.event_time >= :since AND a.event_time < :until AND a.statement <> ''
ORDER BY a.event_time, a.sequence_number
