-- title: BigQuery: INFORMATION_SCHEMA.JOBS
-- format: bigquery-jobs
-- times: aware
-- overlap_minutes: 60
-- page: https://cloud.google.com/bigquery/docs/information-schema-jobs
-- note: Of the project in the multi-region US: for another place, copy the query and put in its name. The user needs
-- note: bigquery.jobs.listAll. 180 days are kept.
SELECT job_id, project_id, user_email, creation_time, start_time, end_time, job_type, statement_type, state, query,
       error_result, destination_table, parent_job_id, session_info
FROM `region-us`.INFORMATION_SCHEMA.JOBS
WHERE creation_time >= TIMESTAMP_SUB(:since, INTERVAL 1 DAY) AND creation_time < :until
  AND end_time >= :since AND end_time < :until
ORDER BY creation_time
