-- title: Teradata: DBC.QryLogV with DBC.QryLogSQLV
-- format: teradata-dbql-sql
-- times: naive
-- overlap_minutes: 180
-- page: https://docs.teradata.com/r/Enterprise_IntelliFlex_VMware/Database-Administration
-- note: Needs BEGIN QUERY LOGGING WITH SQL. The log is written from a cache, ten minutes late and more. Where logs are
-- note: moved to PDCR each day, copy the query and name the tables there. Times are the session's zone: set time_zone
-- note: where that is not UTC.
SELECT s.ProcID, s.QueryID, s.SqlRowNo, s.SqlTextInfo, l.UserName, l.DefaultDatabase, l.SessionID, l.LogonDateTime,
       l.StartTime, l.InternalRequestNum, l.ErrorCode, l.AbortFlag
FROM DBC.QryLogV l
JOIN DBC.QryLogSQLV s ON s.ProcID = l.ProcID AND s.QueryID = l.QueryID
WHERE COALESCE(l.FirstRespTime, l.StartTime) >= :since AND COALESCE(l.FirstRespTime, l.StartTime) < :until
ORDER BY l.StartTime, s.QueryID, s.SqlRowNo
