-- title: Amazon Redshift: STL_QUERY with STL_QUERYTEXT
-- format: redshift-querytext
-- times: naive
-- overlap_minutes: 60
-- page: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERYTEXT.html
-- note: Provisioned clusters. SELECT INTO and INSERT, not DDL: read redshift-svl-statementtext for all. Two to five
-- note: days are kept.
SELECT t.query, t.sequence, t.text, t.xid, t.pid, q.starttime, q.endtime, q.aborted, TRIM(q.database) AS database_name,
       u.usename
FROM stl_query q
JOIN stl_querytext t ON t.query = q.query
LEFT JOIN pg_user u ON u.usesysid = q.userid
WHERE q.endtime >= :since AND q.endtime < :until
ORDER BY q.starttime, t.query, t.sequence
