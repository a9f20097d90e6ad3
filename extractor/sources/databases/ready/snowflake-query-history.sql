-- title: Snowflake: ACCOUNT_USAGE.QUERY_HISTORY
-- format: snowflake-query-history
-- times: aware
-- overlap_minutes: 180
-- page: https://docs.snowflake.com/en/sql-reference/account-usage/query_history
-- note: The role needs IMPORTED PRIVILEGES on the database SNOWFLAKE. Rows come up to 45 minutes late; a year is kept.
SELECT query_id, query_text, database_name, schema_name, session_id, user_name, role_name, execution_status, error_code,
       start_time, end_time
FROM snowflake.account_usage.query_history
WHERE end_time >= :since AND end_time < :until
ORDER BY start_time
