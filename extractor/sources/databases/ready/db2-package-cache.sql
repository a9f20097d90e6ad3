-- title: Db2: MON_GET_PKG_CACHE_STMT
-- format: db2-package-cache
-- times: naive
-- overlap_minutes: 60
-- page: https://www.ibm.com/docs/en/db2/11.5
-- note: What is in the cache at the moment, without session and order. Times are the server's zone: set time_zone. An
-- note: event monitor for activities tells more.
SELECT HEX(executable_id) AS executable_id, insert_timestamp, num_executions, stmt_text
FROM TABLE(MON_GET_PKG_CACHE_STMT(NULL, NULL, NULL, -2)) AS t
WHERE insert_timestamp >= :since AND insert_timestamp < :until
ORDER BY insert_timestamp
