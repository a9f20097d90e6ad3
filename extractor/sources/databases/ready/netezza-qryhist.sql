-- title: Netezza: _v_qryhist
-- format: netezza-qryhist
-- times: naive
-- overlap_minutes: 30
-- page: https://www.ibm.com/docs/en/netezza
-- note: Held in memory: some thousand queries, gone with a restart. A history database (netezza-history) keeps all.
SELECT qh_sessionid, qh_planid, qh_user, qh_database, qh_tsubmit, qh_tstart, qh_tend, qh_sql
FROM _v_qryhist
WHERE qh_tend >= :since AND qh_tend < :until
ORDER BY qh_tsubmit
