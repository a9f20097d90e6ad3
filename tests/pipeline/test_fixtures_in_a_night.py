"""What the library derives from a text, a run derives from a log: the same fixtures, through files, state and keys."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest

import dialects
from extractor import pipeline
from extractor.config import load_config
from extractor.keys.quoting import read_key
from extractor.models import ColumnEdge
from tests.lineage.cases import Case, cases

CASES = [case for case in cases() if case.expected.get("targets") and not case.expected.get("known_miss")]
DIALECTS = sorted({case.dialect for case in CASES})
ELSEWHERE = (
    *({"server": name} for name in ("erp01", "erp\\prod01", "prod_link.example.com", "fx_link")),
    {"server": "pgdw", "as_database": "dw"},
    *({"database": name} for name in ("ledgerdb", "pg", "db2", "analytics", "warehouse", "proddb", "lake", "booking")),
)
"""Servers and databases of the fixtures that are other data sources than the one that the statement runs in."""
OVER_THERE = "the columns of another data source's table are its catalog's to tell"
LINKED = "the key of a table over a database link has no link in it"
SWAPPED = "of tables that swap, the name that stays keeps its lineage: its load wrote it by that name"
OTHER = {
    "ase/rename/ring_and_staging": SWAPPED,
    "duckdb/rename/in_a_ring": SWAPPED,
    "mysql/rename/three_in_a_ring": SWAPPED,
    "postgres/rename/swapped_in_a_transaction": SWAPPED,
    "sqlite/rename/after_loading": SWAPPED,
    "sqlserver/rename/rename_in_a_ring": SWAPPED,
    "duckdb/create/table_of_an_older_version": OVER_THERE,
    "duckdb/insert/between_attached_databases": OVER_THERE,
    "oracle/create/mv_on_prebuilt_table": LINKED,
    "oracle/insert/over_a_database_link": LINKED,
    "clickhouse/session/use_temp_and_exchange": SWAPPED,
    "db2/insert/special_names": "no key can be written for a name with a double quote in it",
    "snowflake/session/swap_after_build": SWAPPED,
    "snowflake/session/result_of_the_last_query": "a run reads no plain queries, so the last one is not known",
    "spark/create/replace_table_of_iceberg": "a catalog in front of the database has no place in this engine's keys",
    "spark/create/table_with_clauses": "a catalog in front of the database has no place in this engine's keys",
    "spark/insert/branch_of_an_iceberg_table": "a catalog in front of the database has no place in this engine's keys",
    "teradata/create/volatile_options": "a volatile table is an end for a text alone, not for a session",
}
"""Fixtures that a run must treat in another way than a text alone, and why."""

pytestmark = pytest.mark.sweep
Pair = tuple[tuple[str, str], tuple[str, str]]


def _source(number: int, case: Case, folder: Path) -> str:
    """A data source of its own for the fixture: its log, its defaults, and its schema as an export."""
    dialect = dialects.get("" if case.dialect == "ansi" else case.dialect)
    database = case.expected.get("default_database") or "d0"
    schema = case.expected.get("default_schema") or dialect.default_schema or "s0"
    log = folder / "logs" / str(number)
    log.mkdir(parents=True)
    (log / "night.jsonl").write_text(json.dumps({"sql": case.sql, "session": "s", "timestamp": 1709344811}) + "\n")
    settings = [f"[[source]]\nname = 's{number}'\npaths = ['logs/{number}']\ndata_source_id = {number}"]
    settings += [f"dialect = '{'generic' if case.dialect == 'ansi' else case.dialect}'", "unknown_tables = 'upload'"]
    settings += ["catalog = { from_alation = false }", f"database = '{database}'", f"schema = '{schema}'"]
    settings += [f"temporary_tables = {json.dumps(case.expected.get('temporary_tables', []))}"]
    rows = []
    for name, columns in (case.expected.get("schema") or {}).items():
        parts = [part for part, _ in dialect.parse_name(name)]
        full = [database, schema, ""][: max(0, 3 - len(parts))] + parts
        place = {"database": full[-3], "schema": full[-2], "table": full[-1]}
        rows += [{**place, "column": column, "position": at} for at, column in enumerate(columns, 1)]
    if rows:
        (folder / f"{number}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        settings.append(f"schemas = {{ exports = ['{number}.jsonl'] }}")
    return "\n".join(settings) + "\n"


def _planned(folder: Path) -> dict[int, set[Pair]]:
    """By data source, the pairs of columns that the plan uploads, named by table and column."""
    config = load_config(folder / "lineage.toml")
    report = pipeline.plan(config, out=folder / "plan.json", window=pipeline.Window(), progress=lambda _: None)
    assert report.adds_up()
    found: dict[int, set[Pair]] = {}
    for operation in json.loads((folder / "plan.json").read_bytes())["operations"]:
        place = re.search(r'"api/test/s(\d+)/', json.dumps(operation))
        assert place is not None
        for sources, *_, targets in operation["paths"]:
            for source, target in product(sources, targets):
                if source["otype"] == "column":
                    (_, *start), (_, *end) = read_key(source["key"]), read_key(target["key"])
                    pair = tuple(part.lower() for part in start[-2:]), tuple(part.lower() for part in end[-2:])
                    found.setdefault(int(place[1]), set()).add(pair)
    return found


def _derived(case: Case) -> set[Pair]:
    """The same of the library: direct edges between two columns of tables."""

    def counts(edge: ColumnEdge) -> bool:
        ends = edge.source_table, edge.target_table
        if edge.kind != "direct" or any(end is None or end.kind != "table" for end in ends):
            return False
        return ends[0] != ends[1] or edge.source_column.lower() != edge.target_column.lower()

    return {
        (
            (edge.source_table.parts[-1].lower(), edge.source_column.lower()),
            (edge.target_table.parts[-1].lower(), edge.target_column.lower()),
        )
        for edge in case.run().columns
        if counts(edge)
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_night_derives_what_the_library_derives(tmp_path: Path, dialect: str) -> None:
    """Every fixture as a log of its own: split, classified, stored, bound and keyed, it has the same column edges."""
    mine = [case for case in CASES if case.dialect == dialect]
    sources = "".join(_source(number, case, tmp_path) for number, case in enumerate(mine, 1))
    head = "namespace = 'test'\n[alation]\nurl = 'http://127.0.0.1:9'\nuser_id = 1\n[upload]\nindirect = 'none'\n"
    maps = [{**place, "data_source_id": 9_000, "catalog": "@"} for place in ELSEWHERE]
    head += "".join("[[map]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in m.items()) for m in maps)
    head = head.replace('"@"', "{ from_alation = false }")
    (tmp_path / "lineage.toml").write_text(f"{head}[limits]\nworkers = 1\n{sources}")
    planned = _planned(tmp_path)
    differing = {case.name for number, case in enumerate(mine, 1) if planned.get(number, set()) != _derived(case)}
    assert differing == {name for name in OTHER if name.startswith(f"{dialect}/")}
