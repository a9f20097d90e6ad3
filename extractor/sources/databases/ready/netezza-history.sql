-- title: Netezza: history database, prolog with overflow
-- format: netezza-history
-- times: naive
-- overlap_minutes: 120
-- page: https://www.ibm.com/docs/en/netezza
-- note: The url names the history database; the tables carry its schema version (here 3).
SELECT npsid, npsinstanceid, opid, sessionid, username, dbname, submittime, NULL AS sequenceid, NULL AS next, querytext
FROM "$hist_query_prolog_3"
WHERE submittime >= :since AND submittime < :until
UNION ALL
SELECT o.npsid, o.npsinstanceid, o.opid, p.sessionid, p.username, p.dbname, p.submittime, o.sequenceid, o.next,
       o.querytext
FROM "$hist_query_overflow_3" o
JOIN "$hist_query_prolog_3" p ON p.npsid = o.npsid AND p.npsinstanceid = o.npsinstanceid AND p.opid = o.opid
WHERE p.submittime >= :since AND p.submittime < :until
ORDER BY 7, 3, 8
