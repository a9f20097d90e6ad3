-- title: Oracle: UNIFIED_AUDIT_TRAIL
-- format: oracle-unified-audit
-- times: naive
-- overlap_minutes: 60
-- page: https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/UNIFIED_AUDIT_TRAIL.html
-- note: Shows what audit policies cover: one for INSERT, UPDATE, DELETE, CREATE TABLE and the like is needed, and the
-- note: role AUDIT_VIEWER.
SELECT dbid, instance_id, sessionid, statement_id, dbusername, current_user, action_name, return_code,
       event_timestamp_utc, sql_text
FROM unified_audit_trail
WHERE event_timestamp_utc >= :since AND event_timestamp_utc < :until AND sql_text IS NOT NULL
ORDER BY event_timestamp_utc, sessionid, statement_id
