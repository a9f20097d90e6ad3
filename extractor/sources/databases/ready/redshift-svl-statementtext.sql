-- title: Amazon Redshift: SVL_STATEMENTTEXT (queries, DDL, utilities)
-- format: redshift-statementtext
-- times: naive
-- overlap_minutes: 60
-- page: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_STATEMENTTEXT.html
-- note: Provisioned clusters. It does not tell what failed.
SELECT s.xid, s.pid, s.starttime, s.endtime, s.sequence, s.text, s.type, u.usename
FROM svl_statementtext s
LEFT JOIN pg_user u ON u.usesysid = s.userid
WHERE s.endtime >= :since AND s.endtime < :until
ORDER BY s.starttime, s.xid, s.sequence
