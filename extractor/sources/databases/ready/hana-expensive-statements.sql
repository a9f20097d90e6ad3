-- title: SAP HANA: M_EXPENSIVE_STATEMENTS
-- format: hana-statements
-- times: naive
-- overlap_minutes: 120
-- page: https://help.sap.com/docs/SAP_HANA_PLATFORM
-- note: The trace must be switched on (global.ini); START_TIME is the server's zone: set time_zone. It holds what took
-- note: longer than the threshold.
SELECT host, port, connection_id, operation, start_time, db_user, schema_name, statement_string, error_code
FROM m_expensive_statements
WHERE start_time >= :since AND start_time < :until
ORDER BY start_time
