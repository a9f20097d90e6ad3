-- title: SQL Server: Extended Events, from the files of an event session
-- format: sqlserver-xevents-table
-- times: naive
-- overlap_minutes: 30
-- page: https://learn.microsoft.com/en-us/sql/relational-databases/system-functions/sys-fn-xe-file-target-read-file-transact-sql
-- note: SQL Server 2017 and later; the user needs VIEW SERVER STATE. The session is called lineage here, and its files
-- note: lie in the folder of the error log: copy the query for another path. In Azure SQL the path is the URL of the
-- note: container. The events sql_batch_completed and rpc_completed with the actions session_id, database_name and
-- note: server_principal_name are enough.
SELECT object_name, CAST(event_data AS nvarchar(max)) AS event_data, file_name, file_offset, timestamp_utc
FROM sys.fn_xe_file_target_read_file('lineage*.xel', NULL, NULL, NULL)
WHERE CAST(timestamp_utc AS datetime2(7)) >= :since AND CAST(timestamp_utc AS datetime2(7)) < :until
