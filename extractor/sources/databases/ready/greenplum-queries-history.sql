-- title: Greenplum: queries_history of gpperfmon
-- format: greenplum-queries-history
-- times: naive
-- overlap_minutes: 30
-- page: https://docs.vmware.com/en/VMware-Greenplum/
-- note: The url names the database gpperfmon.
SELECT tmid, ssid, ccnt, username, db, status, tsubmit, tstart, tfinish, query_text
FROM queries_history
WHERE tfinish >= :since AND tfinish < :until
ORDER BY tsubmit
