"""Trino and its kin: Presto, Starburst, Athena; names never regard case, quoted or not.

https://trino.io/docs/current/language/reserved.html; Athena's tables stand in ``catalog.database.table``.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, LexicalRules, SessionStatement
from dialects.rewriting import Rewrite, after, rewriting, where_found
from dialects.table_functions import with_plain_inputs

_PREPARE = rewriting(
    Rewrite("^ UNLOAD (...) TO <string> ...", "COPY {1} TO {3}"),
    Rewrite("^ USING EXTERNAL FUNCTION ..SELECT ...", "SELECT {4}"),
    Rewrite("^ WITH SESSION ..WITH ...", "WITH {3}"),
    Rewrite("^ WITH SESSION ..SELECT ...", "SELECT {3}"),
    Rewrite("GRACE PERIOD INTERVAL <string> <any>"),
    Rewrite("WHEN STALE INLINE|FAIL"),
    Rewrite("SUBSET <name> = (...)"),
    Rewrite("NULL|ABSENT ON NULL"),
    Rewrite(
        "TABLE ( EXCLUDE_COLUMNS ( INPUT => TABLE (...) , COLUMNS => DESCRIPTOR (...) ) )",
        "(SELECT * EXCEPT {12} FROM {7})",
    ),
)
"""Clauses without meaning for lineage, and the one built-in function that only leaves columns out."""

_UNLOAD = where_found(
    r"\bUNLOAD\b",
    rewriting(
        Rewrite(
            "^ SELECT * FROM TABLE ( <name> ( INPUT => TABLE ( SELECT|WITH ..) ..LOCATION => <string> ...",
            "COPY ({11} {12}) TO {15}",
        ),
        Rewrite(
            "^ SELECT * FROM TABLE ( <name> ( INPUT => TABLE ( <name> ) ..LOCATION => <string> ...",
            "COPY (SELECT * FROM {11}) TO {15}",
        ),
    ),
)
"""Starburst's table function ``system.unload``, which writes files: the statement is a COPY in truth.

https://docs.starburst.io/latest/object-storage/functions.html
"""

TRINO = Dialect(
    name="trino",
    title="Trino",
    parser="trino",
    words=("catalog", "schema", "table"),
    key_has_database=True,
    session=(SessionStatement("USE name", "schema"),),
    lexical=LexicalRules(word_more=""),
    prepare=after(with_plain_inputs, _PREPARE, _UNLOAD),
)

PRESTO = replace(TRINO, name="presto", title="Presto", parser="presto", aliases=("prestodb", "emr_presto"))
STARBURST = replace(TRINO, name="starburst", title="Starburst", aliases=("galaxy",))
ATHENA = replace(
    TRINO,
    name="athena",
    title="Amazon Athena",
    parser="athena",
    aliases=(),
    words=("catalog", "database", "table"),
    default_schema="default",
    session=(),
    lexical=replace(TRINO.lexical, identifier_quotes=(('"', '"'), ("`", "`"))),
)

DIALECTS = (TRINO, PRESTO, STARBURST, ATHENA)
