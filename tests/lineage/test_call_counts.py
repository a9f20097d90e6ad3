"""What an analysis may do and how often: kinds of slowness that no clock is needed to see."""

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from types import FrameType

import extractor

_COUNTING = """
import json, sys
from tests.lineage.pure import PURE
exec(PURE)
from pathlib import Path
import extractor, sqlglot
from tests.lineage.test_call_counts import STATEMENTS
extractor.extract_lineage(STATEMENTS[0])
assert sqlglot.parser.__file__.endswith(".py")
home = str(Path(sqlglot.__file__).parent)
doors = ("Parser.parse", "Tokenizer.tokenize")
counts, inside = {}, 0

def count(frame, event, value):
    global inside
    code = frame.f_code
    if event not in ("call", "return") or not code.co_filename.startswith(home):
        return
    is_door = code.co_qualname in doors
    if event == "return":
        inside -= is_door
        return
    if not inside:
        counts[code.co_name] = counts.get(code.co_name, 0) + 1
    inside += is_door

sys.setprofile(count)
for text in STATEMENTS:
    extractor.extract_lineage(text)
extractor.extract_lineage([extractor.QueryRecord(STATEMENTS[0])] * 3)
sys.setprofile(None)
print(json.dumps(counts))
"""
STATEMENTS = (
    "CREATE TABLE a AS SELECT b.x, CASE WHEN c.y > 1 THEN c.z ELSE b.z END AS z FROM b JOIN c ON b.i = c.i WHERE w",
    "INSERT INTO a (x) WITH q AS (SELECT SUM(d.x) AS x FROM d GROUP BY d.y) SELECT x FROM q UNION ALL SELECT x FROM e",
    "MERGE INTO a USING b ON a.i = b.j WHEN MATCHED THEN UPDATE SET x = 2 WHEN NOT MATCHED THEN INSERT (i) VALUES (1)",
    "CREATE VIEW v AS SELECT t.*, (SELECT MAX(u.x) FROM u WHERE u.i = t.i) AS m FROM (SELECT * FROM s) AS t",
    "UPDATE a SET x = b.x, y = COALESCE(b.y, a.y) FROM b WHERE a.i = b.i AND EXISTS (SELECT 1 FROM c WHERE c.i = b.i)",
)


@cache
def _calls_of_the_parser() -> Counter[str]:
    """The calls into the parser's package by name; what the parser and its tokenizer call themselves is left out."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _COUNTING], capture_output=True, text=True, check=True, cwd=root)
    return Counter(json.loads(done.stdout))


def test_each_distinct_text_is_parsed_once() -> None:
    """Also one that is in several records; it is cut into the parser's tokens for that alone."""
    assert _calls_of_the_parser()["parse"] == len(STATEMENTS) + 1
    assert _calls_of_the_parser()["tokenize"] == len(STATEMENTS) + 1


def test_no_tree_is_copied_or_written_as_text() -> None:
    """Nor are trees rewritten, walked by the parser's own means or qualified, or parsers made for each text."""
    dear = {
        "parser",
        "tokenizer",
        "copy",
        "deepcopy",
        "__deepcopy__",
        "sql",
        "generate",
        "transform",
        "replace",
        "walk",
        "bfs",
        "dfs",
    }
    assert dear.isdisjoint(_calls_of_the_parser())


def _binding_calls(branches: int, columns: int) -> int:
    """How many calls within our own package bind a union of wide CTEs."""
    names = [f"c{i}" for i in range(columns)]
    ctes = ", ".join(f"q{i} AS (SELECT {', '.join(f't.{n}' for n in names)} FROM t{i} AS t)" for i in range(branches))
    union = " UNION ALL ".join(f"SELECT {', '.join(names)} FROM q{i}" for i in range(branches))
    found = 0

    def count(frame: FrameType, event: str, value: object) -> None:
        del value
        nonlocal found
        if event == "call" and "/extractor/" in frame.f_code.co_filename:
            found += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        extractor.extract_lineage(f"CREATE TABLE a AS WITH {ctes} {union}")
    finally:
        sys.setprofile(before)
    return found


def test_unions_of_wide_ctes_cost_columns_times_sources() -> None:
    """Twice the branches, or twice the columns, make at most twice the calls."""
    small = _binding_calls(8, 40)
    assert _binding_calls(16, 40) <= 2.1 * small
    assert _binding_calls(8, 80) <= 2.1 * small


def test_a_text_that_breaks_off_within_brackets_is_not_rewritten() -> None:
    """No rewrite closes them; logs are full of such texts, and rewriting costs many times what parsing does."""
    rewritten: list[str] = []

    def count(frame: FrameType, event: str, value: object) -> None:
        del value
        if event == "call" and frame.f_code.co_name == "repaired":
            rewritten.append(frame.f_code.co_filename)

    for broken, closes in (
        ("INSERT INTO a SELECT f(b FROM '(' WHERE x", False),
        ("INSERT INTO a SELECT (b) FROM", True),
    ):
        sys.setprofile(count)
        found = extractor.extract_lineage(broken, dialect="postgres")
        sys.setprofile(None)
        assert found.statements[0].outcome == "not parsed"
        assert bool(rewritten) is closes
