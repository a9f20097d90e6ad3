-- title: Db2: event monitor for activities
-- format: db2-activities
-- times: naive
-- overlap_minutes: 60
-- page: https://www.ibm.com/docs/en/db2/11.5
-- note: The monitor is called LINEAGE here (CREATE EVENT MONITOR lineage FOR ACTIVITIES WRITE TO TABLE): copy the
-- note: query for another. Times are the server's zone: set time_zone.
SELECT a.appl_id, a.uow_id, a.activity_id, a.session_auth_id, a.time_started, a.time_completed, a.sqlcode, s.stmt_text
FROM activity_lineage a
JOIN activitystmt_lineage s ON s.appl_id = a.appl_id AND s.uow_id = a.uow_id AND s.activity_id = a.activity_id
WHERE a.time_completed >= :since AND a.time_completed < :until
ORDER BY a.time_started
