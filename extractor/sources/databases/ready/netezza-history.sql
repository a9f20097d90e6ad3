-- title: Netezza: history database, prolog with overflow
-- format: netezza-history
-- times: naive
-- overlap_minutes: 120
-- page: https://www.ibm.com/docs/en/netezza
-- note: The url names the history database; the tables carry its schema version (here 3).
SELECT p.npsid, p.npsinstanceid, p.opid, p.sessionid, p.username, s.dbname, p.submittime, e.status,
       NULL AS sequenceid, NULL AS next, p.querytext
FROM "$hist_query_prolog_3" p
LEFT JOIN "$hist_session_prolog_3" s
  ON s.npsid = p.npsid AND s.npsinstanceid = p.npsinstanceid AND s.sessionid = p.sessionid
LEFT JOIN "$hist_query_epilog_3" e ON e.npsid = p.npsid AND e.npsinstanceid = p.npsinstanceid AND e.opid = p.opid
WHERE p.submittime >= :since AND p.submittime < :until
UNION ALL
SELECT o.npsid, o.npsinstanceid, o.opid, p.sessionid, p.username, s.dbname, p.submittime, e.status, o.sequenceid, o.next,
       o.querytext
FROM "$hist_query_overflow_3" o
JOIN "$hist_query_prolog_3" p ON p.npsid = o.npsid AND p.npsinstanceid = o.npsinstanceid AND p.opid = o.opid
LEFT JOIN "$hist_session_prolog_3" s
  ON s.npsid = p.npsid AND s.npsinstanceid = p.npsinstanceid AND s.sessionid = p.sessionid
LEFT JOIN "$hist_query_epilog_3" e ON e.npsid = p.npsid AND e.npsinstanceid = p.npsinstanceid AND e.opid = p.opid
WHERE p.submittime >= :since AND p.submittime < :until
ORDER BY 7, 3, 9
