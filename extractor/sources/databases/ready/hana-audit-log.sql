-- title: SAP HANA: AUDIT_LOG
-- format: hana-audit-log
-- times: naive
-- overlap_minutes: 60
-- page: https://help.sap.com/docs/SAP_HANA_PLATFORM
-- note: Shows what audit policies cover; the user needs AUDIT OPERATOR or AUDIT READ. TIMESTAMP is the server's zone:
-- note: set time_zone.
SELECT host, port, connection_id, timestamp, user_name, schema_name, object_name, event_status, statement_string
FROM audit_log
WHERE timestamp >= :since AND timestamp < :until AND statement_string IS NOT NULL
ORDER BY timestamp
