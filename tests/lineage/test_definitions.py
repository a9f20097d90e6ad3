"""Definitions that no parser knows: columns and files of CREATE TABLE, what ALTER changes, settings."""

import pytest

import dialects
from extractor.errors import StatementError
from extractor.lineage import outline
from extractor.lineage.model import Alter, Define, Other, Rename, Use


def _only(text: str, dialect: str):
    (found,) = outline(text, dialects.get(dialect)).statements
    return found


@pytest.mark.parametrize(
    ("dialect", "text", "name", "columns"),
    [
        (
            "teradata",
            "CREATE MULTISET TABLE d.t, FALLBACK, MAP = m (a VARCHAR(9) COMPRESS USING f DECOMPRESS USING g, b INT)",
            "d.t",
            ("a", "b"),
        ),
        (
            "db2",
            "CREATE TABLE t (a TIMESTAMP(12) GENERATED ALWAYS AS ROW BEGIN, PERIOD SYSTEM_TIME (a, b))",
            "t",
            ("a",),
        ),
        (
            "hana",
            "CREATE COLUMN TABLE t (a ST_POINT(4326), PRIMARY KEY INVERTED VALUE (a)) UNLOAD PRIORITY 5",
            "t",
            ("a",),
        ),
        (
            "greenplum",
            "CREATE TABLE t (a int ENCODING (compresstype=zlib), DEFAULT COLUMN ENCODING (x=y))",
            "t",
            ("a",),
        ),
        (
            "vertica",
            'CREATE TABLE t (a INT SET USING (SELECT max(b) FROM s), "B c" ROW(x INT, y INT))',
            "t",
            ("a", "B c"),
        ),
        ("ase", "create table t (a int, b as upper(a) materialized) lock allpages", "t", ("a", "b")),
    ],
)
def test_a_definition_with_unknown_clauses_still_tells_its_columns(dialect, text, name, columns):
    """What stands behind a column's name, and constraints, are of no account."""
    found = _only(text, dialect)
    assert isinstance(found, Define)
    assert (".".join(part for part, _ in found.name), found.columns) == (name, columns)


def test_the_file_of_an_external_table_is_told_whatever_else_stands_there():
    """The place is an edge; the clauses around it are not read."""
    options = "USING (LOCATION ('/s3/b/') R ('x'))"
    text = f"CREATE FOREIGN TABLE t, EXTERNAL SECURITY x (a INT, p DATASET INLINE LENGTH 9) {options}"
    assert _only(text, "teradata").files == ("/s3/b/",)


@pytest.mark.parametrize(
    "text",
    ["CREATE TABLE t (a WEIRD TYPE &&) AS SELECT a FROM s WHERE !!", "CREATE TABLE t (SELECT FROM && s)"],
)
def test_a_definition_that_may_hold_a_query_is_never_cut_down_to_its_columns(text):
    """Its rows would be lost without a word."""
    with pytest.raises(StatementError):
        outline(text, dialects.get("vertica"))


@pytest.mark.parametrize(
    ("dialect", "text", "added", "dropped", "renamed"),
    [
        ("netezza", "ALTER TABLE t ADD COLUMN a INT, b INT", ("a", "b"), (), ()),
        ("db2", "ALTER TABLE t ADD COLUMN a INT ADD COLUMN b INT NOT NULL DROP COLUMN c", ("a", "b"), ("c",), ()),
        ("hana", "ALTER TABLE t ADD (a INT, b INT COMMENT 'x' && )", ("a", "b"), (), ()),
        ("greenplum", "ALTER TABLE t ADD COLUMN a text ENCODING (x=y)", ("a",), (), ()),
        ("teradata", "ALTER TABLE t RENAME a TO b", (), (), (("a", "b"),)),
        ("postgres", "ALTER TABLE IF EXISTS ONLY s.t RENAME a TO b", (), (), (("a", "b"),)),
        ("vertica", 'ALTER TABLE t RENAME "a x" TO b', (), (), (("a x", "b"),)),
    ],
)
def test_an_alter_tells_the_columns_that_come_and_go(dialect, text, added, dropped, renamed):
    """Without the word COLUMN, RENAME still speaks of a column and not of the table."""
    found = _only(text, dialect)
    assert isinstance(found, Alter)
    assert (found.added, found.dropped, found.renamed) == (added, dropped, renamed)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("netezza", "ALTER TABLE t ORGANIZE ON (a, b)"),
        ("netezza", "ALTER VIEW v MATERIALIZE REFRESH"),
        ("teradata", "ALTER TABLE t, NO FALLBACK"),
        ("hana", "ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 8"),
        ("greenplum", "ALTER TABLE t DROP PARTITION FOR (RANK(1))"),
        ("vertica", "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a) DISABLED"),
        ("db2", "CREATE FUNCTION f (a INT) RETURNS INT LANGUAGE SQL NO EXTERNAL ACTION RETURN a + 1"),
        ("hana", 'CREATE VIRTUAL TABLE v AT "SRC"."D"."S"."T"'),
        ("ase", 'create proxy_table v at "SRC.d.s.t"'),
    ],
)
def test_what_only_changes_how_a_table_is_kept_has_no_lineage(dialect, text):
    """It is read, and known to move nothing."""
    found = _only(text, dialect)
    assert isinstance(found, Other)
    assert found.outcome == "no lineage by nature"


def test_an_alter_that_may_move_rows_is_not_taken_for_a_setting():
    """A word that is not known is never passed over."""
    with pytest.raises(StatementError):
        outline("ALTER TABLE t ABSORB ROWS && REPLACE u", dialects.get("vertica"))


def test_a_table_that_is_renamed_with_other_words_beside_it_keeps_its_schema():
    """The parser keeps the text; the name is read all the same."""
    found = _only("ALTER EXTERNAL TABLE s.t RENAME TO u", "greenplum")
    assert found == Rename("rename", (("s", False), ("t", False)), (("s", False), ("u", False)))


def test_a_renamed_synonym_stands_for_the_same_table():
    """The new name gets the meaning first, then the old one loses it."""
    new, old = outline("ALTER SYNONYM a RENAME TO b", dialects.get("netezza")).statements
    assert new == Use("rename synonym", ((("b", False),), (("a", False),)), "synonym")
    assert old == Use("rename synonym", ((("a", False),),), "synonym")
