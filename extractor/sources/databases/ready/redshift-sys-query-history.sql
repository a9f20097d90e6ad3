-- title: Amazon Redshift: SYS_QUERY_HISTORY with SYS_QUERY_TEXT
-- format: redshift-sys-query-text
-- times: naive
-- overlap_minutes: 60
-- page: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_TEXT.html
-- note: Others see their own queries only: the user needs SYSLOG ACCESS UNRESTRICTED. Seven days are kept.
SELECT t.query_id, t.sequence, t.text, h.start_time, h.end_time, h.session_id, h.transaction_id, h.database_name,
       h.status, u.usename AS user_name
FROM sys_query_history h
JOIN sys_query_text t ON t.query_id = h.query_id
LEFT JOIN pg_user u ON u.usesysid = h.user_id
WHERE h.end_time >= :since AND h.end_time < :until
ORDER BY h.start_time, t.query_id, t.sequence
