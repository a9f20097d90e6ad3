-- title: Snowflake: ACCESS_HISTORY, the texts of what wrote
-- format: snowflake-query-history
-- times: aware
-- overlap_minutes: 240
-- page: https://docs.snowflake.com/en/sql-reference/account-usage/access_history
-- note: Enterprise Edition. It leaves out reads and USE, which snowflake-query-history shows; rows come up to 3 hours
-- note: late.
SELECT q.query_id, q.query_text, q.database_name, q.schema_name, q.session_id, q.user_name, q.role_name,
       q.execution_status, q.error_code, q.start_time, q.end_time
FROM snowflake.account_usage.access_history a
JOIN snowflake.account_usage.query_history q ON q.query_id = a.query_id
WHERE q.end_time >= :since AND q.end_time < :until AND ARRAY_SIZE(a.objects_modified) > 0
ORDER BY q.start_time
