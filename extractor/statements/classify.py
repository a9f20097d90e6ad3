"""What kind of statement a text is, told before parsing: what cannot write is never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from dialects import Dialect
from dialects.client import copy_of_line, use_of_connect
from dialects.lexing import blank, tokens, words
from extractor.statements.blocks import TRANSACTION_WORDS
from extractor.statements.prefilter import MATTERING, WRITING_FUNCTIONS


class StatementClass(StrEnum):
    """What the next stage does with a statement.

    ``WRITES``: derive its lineage, or learn from it (DML, DDL, procedures, loads, renames, drops).
    ``SESSION``: it changes what later names mean. ``READS``: it only reads. ``UTILITY``: it has no lineage by
    nature (grants, commits, maintenance). ``EMPTY``: nothing but whitespace and comments.
    """

    WRITES = "writes"
    SESSION = "session"
    READS = "reads"
    UTILITY = "utility"
    EMPTY = "empty"


_READS = words("SHOW DESCRIBE DESC HELP LIST LS SUMMARIZE HANDLER EXISTS CHECK GET")
_QUERIES = frozenset(("SELECT", "SEL", "WITH", "FROM", "(", "TABLE", "VALUES"))
_UTILITY = words(
    "GRANT REVOKE DENY COMMIT ROLLBACK START END ABORT SAVEPOINT RELEASE ANALYZE ANALYSE VACUUM COMMENT COLLECT LOCK "
    "UNLOCK FETCH CLOSE OPEN MOVE DEALLOCATE LISTEN NOTIFY UNLISTEN CHECKPOINT CLUSTER REINDEX GROOM GENERATE PRINT "
    "RAISERROR THROW KILL DBCC BACKUP RESTORE WAITFOR BT ET FLUSH OPTIMIZE MSCK INVALIDATE REFRESH UNCACHE CLEAR "
    "ADD REMOVE RM PUT PURGE AUDIT NOAUDIT SECURITY REASSIGN REPAIR COMPUTE ANALYZE INSTALL CLOSE DISASSOCIATE "
    "ASSOCIATE RETURN CHECKSUM CANCEL TERMINATE SHUTDOWN RECONFIGURE SETUSER REVERT BREAK CONTINUE LEAVE ITERATE "
    "SIGNAL RESIGNAL RAISE LOGON LOGOFF QUIT EXIT SPOOL PROMPT WHENEVER PAUSE REM DISCONNECT PRAGMA VALIDATE "
    "LABEL RUNSTATS REORG REORGCHK REBIND QUIESCE UNQUIESCE DUMP ECHO"
)
_MOVES = {"clickhouse": words("BACKUP RESTORE"), "snowflake": words("PUT GET")}
"""Commands that move rows or files in one engine, and have no lineage in others."""
_SESSION = words("USE RESET DATABASE CONNECT DISCARD SETUSER")
_NOT_TABLES = words(
    "INDEX USER ROLE GROUP SEQUENCE WAREHOUSE STATISTICS STATS LOGIN DATABASE SCHEMA EXTENSION TABLESPACE CAST DOMAIN "
    "COLLATION CONVERSION OPERATOR LANGUAGE SERVER PUBLICATION SUBSCRIPTION POLICY PROFILE CERTIFICATE CREDENTIAL KEY "
    "KEYSPACE INTEGRATION MASKING ROW SHARE RESOURCE NETWORK FILE SECRET CONNECTION DATASHARE CATALOG UNIQUE CLUSTERED "
    "NONCLUSTERED COLUMNSTORE FULLTEXT BITMAP PARTITION LIBRARY DIRECTORY CONTEXT ASSEMBLY QUEUE SERVICE HISTOGRAM "
    "HISTORY SCHEDULER LOCATION LOCALE JAVASCRIPT ACCOUNT ORGANIZATION TAG AUTHENTICATION PASSWORD ACCESS "
    "BUFFERPOOL RESERVATION CAPACITY ASSIGNMENT SEARCH VECTOR HASH JOIN WORKLOAD MONITOR SYSTEM AUDIT RULESET "
    "DEFAULT DATA VOLUME NOTEBOOK GIT IMAGE APPLICATION LISTING COMPUTE "
    "MASK PERMISSION VARIABLE"
)
_MADE_BY_ALTER = words(
    "TABLE VIEW SCHEMA DATABASE MATERIALIZED SYNONYM EXTERNAL ICEBERG DYNAMIC FOREIGN PROC PROCEDURE FUNCTION "
    "TRIGGER TASK STAGE PIPE ALGORITHM DEFINER SQL EVENT SEMANTIC STREAMING LIVE IGNORE ONLINE VIRTUAL EDITIONABLE "
    "NONEDITIONABLE PACKAGE"
)
_DROPS_THAT_COUNT = words(
    "TABLE VIEW SCHEMA DATABASE MATERIALIZED SYNONYM EXTERNAL TEMPORARY TEMP ICEBERG DYNAMIC FOREIGN ALIAS NICKNAME "
    "PUBLIC TABLES VIEWS SNAPSHOT STREAMING IF CATALOG NAMESPACE USER LIVE TRANSIENT HYBRID INTERACTIVE VIRTUAL STREAM "
    "DICTIONARY VDS PDS"
)
_WRITING_WORDS = words("INTO INSERT UPDATE DELETE MERGE INS UPD DEL UPSERT CALL") | WRITING_FUNCTIONS
_PATH_SETTINGS = words(
    "SEARCH_PATH SCHEMA CATALOG DATABASE CURRENT_SCHEMA CURRENT_PATH PATH ROLE CURRENT_DATABASE SQLID"
)
_HAVE_ROWS = words("TABLE VIEW")
_CONTROL = words("IF WHILE FOR LOOP REPEAT CASE")
_VARIABLE_DIALECTS = words("snowflake bigquery hive spark spark2 databricks impala mysql mariadb duckdb generic")
_PLAIN_WRITE = re.compile(
    r"\s*(?:insert|update(?!\s+(?:all\s+|index\s+)?statistics\b)|delete|merge|truncate|"
    r"create\s+(?:or\s+replace\s+)?(?:table|view|materialized|temp|temporary|transient|volatile))\s",
    re.IGNORECASE,
)
_PLAIN_QUERY = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
_TO_SPACES = str.maketrans(dict.fromkeys("()[]{},;=<>!*/+-|:&%^~?", " "))

_TO_SPACES_ALL = _TO_SPACES | str.maketrans(dict.fromkeys("'\"`.\\$#", " "))
_TO_WORDS = bytes(32 if c in _TO_SPACES_ALL or chr(c).isspace() else ord(chr(c).upper()) for c in range(128)) + bytes(
    128
)
_WRITING_BYTES = frozenset(word.encode("ascii") for word in _WRITING_WORDS)


def classify(text: str, dialect: Dialect) -> StatementClass:
    """The class of one statement, by its first words and, for queries, by whether a word that writes occurs.

    In doubt the answer is ``WRITES``: the parser then tells for sure.
    """
    if _PLAIN_WRITE.match(text):
        return StatementClass.WRITES
    if _PLAIN_QUERY.match(text):
        return _query(text, dialect)
    if text[:1] == "\\" and dialect.lexical.backslash_commands:
        return _client_line(text, dialect)
    head = list(islice(_words(text, dialect), 8))
    while head[:1] == ["("]:
        head = head[1:]
    if not head:
        return StatementClass.EMPTY
    first = head[0]
    if len(head) == 1 and first.isalpha():  # a word for the client, as Impala's PROFILE
        return StatementClass.UTILITY
    if first in _QUERIES:
        return _query(text, dialect)
    if first == "EXPLAIN":
        return _explain(list(islice(_words(text, dialect), 40)), text, dialect)
    if first in ("LOCKING", "LOCK") and dialect.name == "teradata":
        return _query(text, dialect)
    if first in _MOVES.get(dialect.parser, ()):
        return StatementClass.WRITES
    if first in _UTILITY:
        return StatementClass.UTILITY
    if first in _READS:  # Snowflake's flow operator hands what SHOW tells on to other statements
        return _query(text, dialect) if "->>" in text and dialect.parser == "snowflake" else StatementClass.READS
    if first in _SESSION:
        return StatementClass.SESSION
    return _by_object(first, head[1:], text, dialect)


def _client_line(line: str, dialect: Dialect) -> StatementClass:
    copied = copy_of_line(line)
    if copied is not None:
        return classify(copied, dialect)
    return StatementClass.SESSION if use_of_connect(line) else StatementClass.UTILITY


def _by_object(first: str, rest: list[str], text: str, dialect: Dialect) -> StatementClass:
    second = rest[0] if rest else ""
    if first == "SET":
        return _set(rest, dialect)
    if first == "ALTER":
        if second == "SESSION":
            return StatementClass.SESSION
        return StatementClass.WRITES if second in _MADE_BY_ALTER else StatementClass.UTILITY
    if first == "DROP":
        return StatementClass.WRITES if second in _DROPS_THAT_COUNT else StatementClass.UTILITY
    if first == "CREATE":
        return _create(rest)
    if first == "UPDATE" and "STATISTICS" in rest[:2]:
        return StatementClass.UTILITY
    if first == "BEGIN" and (second in ("", ";") or second in TRANSACTION_WORDS or dialect.lexical.blocks == "none"):
        return StatementClass.UTILITY
    if first in _CONTROL and not _matters_inside(text):
        return StatementClass.READS
    return StatementClass.WRITES


def _matters_inside(text: str) -> bool:
    """Whether control flow holds a word that counts, strings and comments included."""
    found = text.lower().translate(_TO_SPACES_ALL).split()
    return not MATTERING.isdisjoint(found)


def _create(rest: list[str]) -> StatementClass:
    for place, word in enumerate(rest):
        if word in ("OR", "REPLACE", "ALTER", "PUBLIC", "IF", "NOT", "EXISTS", "FORCE", "GLOBAL", "LOCAL", "EXTERNAL"):
            continue
        if word in ("SCHEMA", "DATABASE") and "CLONE" in rest:
            return StatementClass.WRITES
        is_kind = not _HAVE_ROWS.isdisjoint(rest[place + 1 : place + 3])  # HANA: CREATE ROW TABLE, HISTORY COLUMN TABLE
        return StatementClass.UTILITY if word in _NOT_TABLES and not is_kind else StatementClass.WRITES
    return StatementClass.UTILITY


def _set(rest: list[str], dialect: Dialect) -> StatementClass:
    if any(word in _PATH_SETTINGS for word in rest[:4]):
        return StatementClass.SESSION
    if (
        rest[:1]
        and (rest[0].startswith(("@", "(")) or "=" in rest[:3])
        and (dialect.name in _VARIABLE_DIALECTS or dialect.lexical.blocks == "tsql")
    ):
        return StatementClass.SESSION
    return StatementClass.UTILITY


def _query(text: str, dialect: Dialect) -> StatementClass:
    """A query writes when a word that writes occurs in it as a word of its own, but for ``FOR UPDATE``."""
    if not _may_write(text):
        return StatementClass.READS
    found = blank(text, dialect.lexical).upper().translate(_TO_SPACES).split()
    before = ""
    for word in found:
        called = word.rpartition(".")[2] in WRITING_FUNCTIONS
        if called or (word in _WRITING_WORDS and before not in ("FOR", "KEY")):
            return StatementClass.WRITES
        before = word
    return StatementClass.READS


def _may_write(text: str) -> bool:
    """Whether a word that writes occurs in a text, strings and comments included; bytes are cut sooner than texts."""
    if text.isascii():
        return not _WRITING_BYTES.isdisjoint(text.encode("ascii").translate(_TO_WORDS).split())
    return not _WRITING_WORDS.isdisjoint(text.upper().translate(_TO_SPACES_ALL).split())


def _explain(head: list[str], text: str, dialect: Dialect) -> StatementClass:
    """EXPLAIN ANALYZE runs what it explains."""
    if "ANALYZE" not in head and "ANALYSE" not in head:
        return StatementClass.READS
    if "CREATE" in head:
        return StatementClass.WRITES
    return _query(text, dialect)


def _words(text: str, dialect: Dialect) -> Iterator[str]:
    """Words in upper case, quoted names as ``""``, operators as they are."""
    for token in tokens(text, dialect.lexical):
        if token.kind == "word":
            yield token.text.upper()
        elif token.kind in ("operator", "parameter"):
            yield token.text
        elif token.kind != "line":
            yield '""'
