-- title: SAP HANA: M_EXECUTED_STATEMENTS
-- format: hana-statements
-- times: naive
-- overlap_minutes: 120
-- page: https://help.sap.com/docs/SAP_HANA_PLATFORM
-- note: The trace must be switched on (global.ini); START_TIME is the server's zone: set time_zone. It holds DDL; see
-- note: hana-expensive-statements and hana-audit-log for changes of data.
SELECT host, port, connection_id, statement_id, start_time, db_user, schema_name, statement_string, error_code
FROM m_executed_statements
WHERE start_time >= :since AND start_time < :until
ORDER BY start_time
