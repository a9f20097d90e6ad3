-- title: MySQL and MariaDB: mysql.general_log (log_output = TABLE)
-- format: json-lines
-- times: naive
-- overlap_minutes: 10
-- page: https://mariadb.com/docs/server/server-management/server-monitoring-logs/general-query-log
-- note: It is written before a statement runs, so it tells no failures. Its times are those of the server's time_zone;
-- note: a session that sets its own writes others.
SELECT CONVERT_TZ(event_time, @@global.time_zone, '+00:00') AS start_time, thread_id AS session_id,
       SUBSTRING_INDEX(SUBSTRING_INDEX(user_host, '[', -1), ']', 1) AS user_name,
       CASE command_type
         WHEN 'Init DB' THEN CONCAT('USE `', CONVERT(argument USING utf8mb4), '`')
         WHEN 'Connect' THEN
           CONCAT('USE `', SUBSTRING_INDEX(SUBSTRING_INDEX(CONVERT(argument USING utf8mb4), ' on ', -1), ' using', 1), '`')
         ELSE CONVERT(argument USING utf8mb4)
       END AS sql_text
FROM mysql.general_log
WHERE event_time >= CONVERT_TZ(:since, '+00:00', @@global.time_zone)
  AND event_time < CONVERT_TZ(:until, '+00:00', @@global.time_zone)
  AND (command_type IN ('Query', 'Execute', 'Init DB')
       OR (command_type = 'Connect' AND CONVERT(argument USING utf8mb4) REGEXP ' on .+ using '))
ORDER BY event_time, thread_id
