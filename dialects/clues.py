"""Which engine a text was written for: words and signs that belong to one engine or to few, each with its weight.

A guess for the desk, where nobody said the dialect; the pipeline never guesses.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_MOST_TIMES = 4
_LONGEST = 200_000


class Clue(NamedTuple):
    """What speaks for engines: the words to tell a person, a pattern, and the weight it has for each of them."""

    words: str
    pattern: re.Pattern[str]
    weights: dict[str, int]


def _clue(words: str, pattern: str, **weights: int) -> Clue:
    return Clue(words, re.compile(pattern, re.IGNORECASE | re.MULTILINE), weights)


CLUES: tuple[Clue, ...] = (
    _clue("casts with ::", r"[\w)\"']::\s*[a-z]", postgres=3, redshift=3, snowflake=3, duckdb=2),
    _clue("dollar quotes", r"\$\w*\$", postgres=3, snowflake=2),
    _clue("ON CONFLICT", r"\bon\s+conflict\b", postgres=5, sqlite=3, duckdb=2),
    _clue("plpgsql", r"\blanguage\s+'?plpgsql\b|\breturning\b|\bilike\b|\bnow\(\)", postgres=2),
    _clue("distribution and sort keys", r"\bdist(?:key|style)\b|\b(?:compound|interleaved)?\s*sortkey\b", redshift=9),
    _clue("UNLOAD to S3", r"\bunload\s*\(|\biam_role\b", redshift=7, athena=2),
    _clue("names in square brackets", r"(?<![\w\])\"`])\[[a-z_][\w $]*\](?!\()", sqlserver=4),
    _clue("GO between batches", r"^\s*go\s*;?\s*$", sqlserver=6, ase=3),
    _clue(
        "T-SQL's words",
        r"\b(?:nvarchar|getdate\(|isnull\(|select\s+top\s*\(?\d|with\s*\(\s*nolock|(?:cross|outer)\s+apply|set\s+nocount)\b",
        sqlserver=4,
        ase=1,
    ),
    _clue("variables with @", r"(?<![\w@.])@[a-z_]\w*", sqlserver=2, mysql=1),
    _clue("temporary tables with #", r"(?<![\w#&])##?[a-z_]\w*\b", sqlserver=4, ase=2),
    _clue(
        "Oracle's words",
        r"\b(?:varchar2|nvl2?|decode|sysdate|rownum|connect\s+by|dual|minus)\b|\(\+\)",
        oracle=3,
        netezza=1,
        db2=1,
    ),
    _clue("PL/SQL", r"\bpragma\b|%(?:type|rowtype)\b|^\s*/\s*$", oracle=5),
    _clue("names in backquotes", r"`[^`\n]+`", mysql=3, bigquery=3, spark=3, hive=3, databricks=2, clickhouse=1),
    _clue(
        "MySQL's words",
        r"\b(?:on\s+duplicate\s+key|engine\s*=\s*innodb|auto_increment|replace\s+into|straight_join|ifnull)\b|^\s*delimiter\b",
        mysql=6,
    ),
    _clue("a project in the name", r"`[a-z][\w-]+-[\w-]+\.\w+(?:\.\w+)?`|`[\w-]+\.[\w-]+\.[\w*-]+`", bigquery=7),
    _clue(
        "BigQuery's words",
        r"\b(?:safe_cast|safe_divide|struct<|array<|except\s*\(|unnest\s*\(|_partitiontime|int64|generate_date_array)",
        bigquery=4,
        databricks=1,
        spark=1,
    ),
    _clue(
        "Snowflake's words",
        r"\b(?:lateral\s+flatten|copy\s+into|create\s+or\s+replace\s+(?:transient\s+)?(?:table|stage|stream|task)|iff|object_construct|parse_json|warehouse)\b|@~?[\w.]+/|\bat\s*\(\s*(?:timestamp|offset)",
        snowflake=5,
    ),
    _clue("QUALIFY", r"\bqualify\b", snowflake=3, bigquery=2, teradata=3, databricks=2),
    _clue(
        "Teradata's words",
        r"^\s*(?:sel|del|ins|upd)\s|\b(?:volatile\s+table|multiset|primary\s+index|collect\s+stat|casespecific|zeroifnull)\b",
        teradata=6,
    ),
    _clue(
        "Hive's words",
        r"\b(?:insert\s+overwrite|lateral\s+view|stored\s+as|row\s+format|partitioned\s+by|distribute\s+by|tblproperties|msck)\b",
        hive=4,
        spark=4,
    ),
    _clue(
        "Impala's words", r"\b(?:compute\s+(?:incremental\s+)?stats|invalidate\s+metadata|upsert\s+into)\b", impala=8
    ),
    _clue(
        "Delta's words",
        r"\busing\s+delta\b|\b(?:optimize\s+\w+\s+zorder|zorder\s+by|read_files|live\s+table|create\s+or\s+refresh)\b|\bdelta\.`",
        databricks=8,
        spark=2,
    ),
    _clue("USING parquet", r"\busing\s+(?:parquet|orc|iceberg|csv|json)\b|\bcache\s+table\b", spark=5, databricks=3),
    _clue(
        "ClickHouse's engines",
        r"\bengine\s*=?\s*\w*mergetree\b|\bfinal\b|\barrayjoin\b|\bto(?:date|startof\w+)\(",
        clickhouse=6,
    ),
    _clue(
        "Trino's words",
        r"\b(?:cross\s+join\s+unnest|date_parse|try_cast|approx_distinct|with\s*\(\s*format\s*=)\b",
        trino=3,
        athena=2,
    ),
    _clue(
        "Db2's words", r"\b(?:final\s+table|current\s+timestamp|fetch\s+first\s+\d+\s+rows?\s+only|with\s+ur)\b", db2=3
    ),
    _clue("HANA's words", r"\b(?:column\s+table|row\s+table|to_nvarchar|upsert\b|_sys_bic)", hana=6),
    _clue("Netezza's words", r"\bdistribute\s+on\b|\bgroom\s+table\b|\bnzsql\b|\w+\.\.\w+", netezza=5, sqlserver=1),
    _clue("Vertica's words", r"\b(?:segmented\s+by|projection|at\s+epoch|copy_table|unsegmented)\b", vertica=6),
    _clue(
        "DuckDB's words", r"\b(?:read_(?:csv|parquet|json)(?:_auto)?\s*\(|from\s+'[^']+\.(?:csv|parquet)')", duckdb=8
    ),
    _clue("files as tables", r"\bfrom\s+'[^']+\.(?:csv|parquet|json)'", duckdb=8),
    _clue("PRAGMA", r"^\s*pragma\s+\w+|\bautoincrement\b|\bwithout\s+rowid\b", sqlite=7),
    _clue("Greenplum's words", r"\bdistributed\s+(?:by|randomly)\b|\bgpfdist\b", greenplum=9),
)


class Score(NamedTuple):
    """An engine that a text may be for; ``words`` say what speaks for it, the weightiest first."""

    name: str
    weight: int
    words: tuple[str, ...]


def weigh(text: str) -> list[Score]:
    """The engines that something in a text speaks for, the likeliest first."""
    start = text[:_LONGEST]
    bare = _COMMENTS.sub(" ", start)
    inside = _STRINGS.sub("''", bare)
    weights: Counter[str] = Counter()
    words: dict[str, list[tuple[int, str]]] = {}
    for clue in CLUES:
        read = bare if clue.words in {"files as tables", "Snowflake's words", "DuckDB's words"} else inside
        times = min(_MOST_TIMES, sum(1 for _ in zip(clue.pattern.finditer(read), range(_MOST_TIMES), strict=False)))
        if times:
            for name, weight in clue.weights.items():
                weights[name] += weight * times
                words.setdefault(name, []).append((weight * times, clue.words))
    return [Score(n, w, tuple(t for _, t in sorted(words[n], reverse=True))) for n, w in weights.most_common()]
