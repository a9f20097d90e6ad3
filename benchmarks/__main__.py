"""The command: python -m benchmarks [PART ...]; see README.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import corpus
from benchmarks.catalog_bench import measure_catalog
from benchmarks.environments import NAMES, Pythons, pythons, version_of
from benchmarks.log_bench import LogBench, Sizes
from benchmarks.measure import ROOT
from benchmarks.page_bench import measure_page
from benchmarks.results import Table, document
from benchmarks.source_bench import measure_sources
from benchmarks.start_bench import measure_start
from benchmarks.statement_bench import measure_statements

_METHOD = (
    "CPU time, contenders in turns (A B C A B C ...), several rounds; a figure is the middle of the rounds with the "
    "lowest and the highest in brackets, a ratio is taken within each round. `compiled` and `pure` are the two builds "
    "of sqlglot."
)
_TOLD = {
    "compiled": ("alation-lineage", "sqlglot", "sqlglotc"),
    "datahub": ("acryl-datahub", "sqlglot"),
    "peers": ("sqllineage", "sqlfluff", "openlineage-sql"),
}


def main() -> None:
    """Run the parts that were asked for, print their tables and write them down."""
    given = _arguments()
    own = dict(pair.partition("=")[::2] for pair in given.python)
    found = pythons(given.work, own)
    parts: dict[str, Callable[[], list[Table]]] = {
        "statements": lambda: _statements(given, found),
        "sources": lambda: measure_sources(
            given.work / "sources", found, events=5_000 if given.quick else 50_000, rounds=_rounds(given)
        ),
        "start-up": lambda: measure_start(found, rounds=5 if given.quick else 10),
        "page": lambda: measure_page(
            given.work / "page",
            tables=2_000 if given.quick else 20_000,
            edges=20_000 if given.quick else 200_000,
            rounds=3 if given.quick else 5,
        ),
        "catalog": lambda: measure_catalog(
            given.work / "catalog", found, columns=given.columns or (200_000 if given.quick else 1_000_000)
        ),
        "log": lambda: LogBench(given.work / "log", found, _sizes(given)).tables(),
    }
    tables: list[Table] = []
    for name in given.parts or parts:
        print(f"{name}:", flush=True)
        for table in parts[name]():
            print(f"\n{table.markdown()}", flush=True)
            tables.append(table)
    text = document(tables, _versions(found), _METHOD, _command(given))
    given.out.write_text(text, encoding="utf-8")
    print(f"written to {given.out}")


def _command(given: argparse.Namespace) -> str:
    parts = f' PARTS="{" ".join(given.parts)}"' if given.parts else ""
    return f"make bench{parts}{' ARGS=--quick' if given.quick else ''}"


def _statements(given: argparse.Namespace, found: Pythons) -> list[Table]:
    rounds = _rounds(given)
    slow = 8 if given.quick else 20
    if given.corpus:
        own = corpus.from_files(given.corpus, dialect=given.dialect, schema_file=given.schema)
        return measure_statements("Statements of the given files", own, found, rounds=rounds, slow=slow)
    made = corpus.generated(60 if given.quick else 200)
    return [
        *measure_statements("Statements of our fixtures", corpus.fixtures(), found, rounds=rounds, slow=slow),
        *measure_statements("Generated loads", made, found, rounds=rounds, slow=slow),
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures speed, memory and edges.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="statements, sources, start-up, page, catalog, log")
    parser.add_argument("--corpus", type=Path, nargs="+", help="files or folders of .sql in place of our fixtures")
    parser.add_argument("--dialect", help="of the corpus; else a folder's name tells it: <dialect>/*.sql")
    parser.add_argument("--schema", type=Path, help='JSON file: {"schema.table": ["column", ...], ...}')
    parser.add_argument("--quick", action="store_true", help="a short run")
    parser.add_argument("--events", type=int, help="events of the log")
    parser.add_argument("--columns", type=int, help="columns of the catalog")
    parser.add_argument("--rounds", type=int, help="rounds of each part")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench", help="where environments and logs lie")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "RESULTS.md")
    parser.add_argument(
        "--python", action="append", default=[], metavar="NAME=PATH", help=f"use this one for {', '.join(NAMES)}"
    )
    return parser.parse_args()


def _rounds(given: argparse.Namespace) -> int:
    return given.rounds or (2 if given.quick else 3)


def _sizes(given: argparse.Namespace) -> Sizes:
    if given.quick:
        return Sizes(given.events or 20_000, 1_000, 500, _rounds(given))
    return Sizes(given.events or 100_000, 4_000, 2_000, _rounds(given))


def _versions(found: Pythons) -> dict[str, str]:
    told = {}
    for env, distributions in _TOLD.items():
        if found[env]:
            versions = (f"{name} {version_of(found[env], name)}" for name in distributions)
            told[env] = ", ".join(versions)
    return told


if __name__ == "__main__":
    main()
