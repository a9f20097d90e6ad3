-- title: Amazon Athena: CloudTrail's StartQueryExecution, asked through Athena
-- format: json-lines
-- times: text
-- overlap_minutes: 60
-- page: https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
-- note: Athena has no table of its own history. The table cloudtrail_logs must be made over the bucket of the trail;
-- note: it tells no failures but refusals.
SELECT eventid AS query_id, eventid AS session_id, from_iso8601_timestamp(eventtime) AS start_time,
       useridentity.arn AS user_name, errorcode AS error_code,
       json_extract_scalar(requestparameters, '$.queryString') AS sql_text,
       json_extract_scalar(requestparameters, '$.queryExecutionContext.catalog') AS catalog_name,
       json_extract_scalar(requestparameters, '$.queryExecutionContext.database') AS schema_name
FROM cloudtrail_logs
WHERE eventsource = 'athena.amazonaws.com' AND eventname = 'StartQueryExecution'
  AND from_iso8601_timestamp(eventtime) >= from_iso8601_timestamp(replace(:since, ' ', 'T') || 'Z')
  AND from_iso8601_timestamp(eventtime) < from_iso8601_timestamp(replace(:until, ' ', 'T') || 'Z')
ORDER BY eventtime
