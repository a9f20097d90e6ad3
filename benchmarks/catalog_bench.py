"""A large catalog: taken from a file into the state, and asked name by name."""

from __future__ import annotations

from pathlib import Path

from benchmarks.environments import Pythons
from benchmarks.measure import Usage, measure
from benchmarks.results import Table

_COLUMNS_OF_A_TABLE = 25
_TABLES_OF_A_SCHEMA = 2_000
_ASKED = 20_000
_COMMAND = "from extractor.cli import main; main()"
_ASK = """
import random, sys, time
from pathlib import Path
from extractor.config import load_config
from extractor.models import TableName
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.resolvers import resolver_of
from extractor.pipeline.runs import state_url
from extractor.state import Store
from extractor.state.catalog import CatalogStore

config, tables, asked = load_config(Path("lineage.toml")), int(sys.argv[1]), int(sys.argv[2])
source, chance = config.source[0], random.Random(7)
with Store.open(state_url(config)) as store:
    names = resolver_of(config, source, dialect_of(source), CatalogStore(store.engine))
    picked = [chance.randrange(tables) for _ in range(asked)]
    begun = time.perf_counter()
    for at in picked:
        parts = ("dwh", f"s{at // 2000}", f"t{at}")
        assert names.column(TableName(parts, parts), "c3").node is not None
    print(asked / (time.perf_counter() - begun))
"""


def measure_catalog(folder: Path, pythons: Pythons, *, columns: int) -> list[Table]:
    """Write a catalog of so many columns, take it in, take it in again, and look names up."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = columns // _COLUMNS_OF_A_TABLE
    _write(folder / "columns.csv", tables)
    (folder / "state.db").unlink(missing_ok=True)
    (folder / "lineage.toml").write_text(
        '[state]\nurl = "sqlite:///state.db"\n[[source]]\nname = "dwh"\npaths = ["x"]\ndialect = "redshift"\n'
        'data_source_id = 1\ncatalog = { file = "columns.csv" }\n',
        encoding="utf-8",
    )
    pull = [pythons.compiled, "-c", _COMMAND, "catalog", "pull"]
    steps = {
        "take it from the file": measure(pull, folder=folder),
        "take it again, in place of the one that is held": measure(pull, folder=folder),
        f"look up a column of {_ASKED:,} random tables": measure(
            [pythons.compiled, "-c", _ASK, str(tables), str(_ASKED)], folder=folder
        ),
    }
    rows = [_row(name, used) for name, used in steps.items()]
    size_mb = (folder / "state.db").stat().st_size / 1_000_000
    note = (
        f"{columns:,} columns of {tables:,} tables; the state in SQLite is {size_mb:,.0f} MB afterwards. "
        f"{_last_figure(steps):,.0f} look-ups a second, table and column, nothing remembered before."
    )
    return [Table(f"A catalog of {columns:,} columns", ["step", "wall s", "CPU s", "largest memory, MB"], rows, note)]


def _last_figure(steps: dict[str, Usage]) -> float:
    return float(list(steps.values())[-1].output)


def _row(name: str, used: Usage) -> list[str]:
    if used.code:
        raise RuntimeError(f"{name} ended with {used.code}: {used.output}")
    return [name, f"{used.wall_s:.1f}", f"{used.cpu_s:.1f}", f"{used.parent_mb:.0f}"]


def _write(path: Path, tables: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("table_catalog,table_schema,table_name,column_name,ordinal_position\n")
        for table in range(tables):
            schema = table // _TABLES_OF_A_SCHEMA
            file.write("".join(f"dwh,s{schema},t{table},c{at},{at}\n" for at in range(1, _COLUMNS_OF_A_TABLE + 1)))
