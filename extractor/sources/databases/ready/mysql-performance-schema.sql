-- title: MySQL: performance_schema.events_statements_history_long
-- format: json-lines
-- times: text
-- overlap_minutes: 10
-- page: https://dev.mysql.com/doc/refman/8.4/en/performance-schema-events-statements-history-long-table.html
-- note: The last 10,000 statements, where the consumer is switched on: read it often. Times are right to a second;
-- note: texts of 1,024 bytes are cut.
SELECT * FROM (
  SELECT h.thread_id AS session_id, h.event_id AS sequence, h.current_schema AS schema_name, h.sql_text,
         IF(h.errors > 0, 'failed', 'success') AS status, h.mysql_errno,
         UTC_TIMESTAMP(6) - INTERVAL (g.variable_value - h.timer_start / 1e12) SECOND AS start_time,
         UTC_TIMESTAMP(6) - INTERVAL (g.variable_value - h.timer_end / 1e12) SECOND AS end_time
  FROM performance_schema.events_statements_history_long h
  JOIN performance_schema.global_status g ON g.variable_name = 'Uptime'
  WHERE h.sql_text IS NOT NULL AND h.nesting_event_id IS NULL
) s
WHERE end_time >= :since AND end_time < :until
ORDER BY start_time
