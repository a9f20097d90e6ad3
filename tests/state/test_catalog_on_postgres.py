"""The catalogs in a state that a PostgreSQL server keeps behave as those in a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from extractor.models import CatalogColumn, CatalogSchemaName, CatalogTable
from extractor.state import Store
from extractor.state.catalog import CatalogRow, CatalogStore
from extractor.state.metadata import metadata

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parents[1].name))
FOUND = INSTALLED[-1] if INSTALLED else shutil.which("initdb")
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(FOUND is None, reason="PostgreSQL server is not installed"),
]


def run(folder: Path, program: str, *arguments: str) -> None:
    """Run one of the server's programs, as nobody when the tests run as root, which the server refuses."""
    subprocess.run(
        [str(Path(FOUND or "").resolve().parent / program), *arguments],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"},
        user="nobody" if os.geteuid() == 0 else None,
    )


@pytest.fixture
def store() -> Iterator[Store]:
    """A new state in a server of its own, on a socket in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="state-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        data = str(folder / "data")
        run(folder, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(folder, "pg_ctl", "-D", data, "-w", "-o", f"-c listen_addresses='' -k {folder}", "start")
        try:
            with Store.open(f"postgresql://postgres@/postgres?host={folder}") as opened:
                yield opened
        finally:
            run(folder, "pg_ctl", "-D", data, "-w", "-m", "fast", "stop")


def test_a_catalog_is_replaced_and_read(store: Store) -> None:
    """The migrations make the declared tables; a refresh replaces the whole; repeated rows count once."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "alation_lineage_version"})
        assert compare_metadata(context, metadata) == []
    catalogs = CatalogStore(store.engine)
    for name in ("OLD", "Orders"):
        refresh = catalogs.begin(6, origin="alation")
        key = f"6.DWH.MART.{name}"
        row = CatalogRow("DWH", "MART", 2, CatalogTable(key, "DWH.MART", name))
        refresh.add_tables([row, row])
        columns = [CatalogColumn(f"{key}.{c}", key, c, at) for at, c in ((2, "B"), (1, "A"), (1, "A"))]
        assert refresh.add_columns(columns) == []
        assert refresh.finish().columns == 2
    reader = catalogs.reader(6)
    assert reader is not None
    assert [t.key for t in reader.table((None, "mart", "ORDERS"))] == ["6.DWH.MART.Orders"]
    assert [c.name for c in reader.columns("6.DWH.MART.Orders")] == ["A", "B"]
    assert reader.schema_names() == (CatalogSchemaName("dwh", "mart", 2, 1),)
    assert reader.names_like(("dwh", "mart", "o")) == ("Orders",)
    assert reader.table((None, None, "old")) == []
