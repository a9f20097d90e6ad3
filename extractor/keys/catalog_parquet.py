"""Rows of a catalog file in Parquet, one batch of them in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from extractor.errors import CatalogError

_MAGIC = b"PAR1"
_BATCH = 5_000


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes."""
    with path.open("rb") as probe:
        return probe.read(len(_MAGIC)) == _MAGIC


def parquet_rows(path: Path, wanted: Collection[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The rows with their numbers from 1: the ``wanted`` columns, under their names in lower case.

    Raises:
        CatalogError: pyarrow is not installed, or the file is damaged.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - of an extra that may be missing
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        raise CatalogError(f"{path}: Parquet needs pyarrow: pip install 'alation-lineage[formats]'") from None
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            held = [name for name in file.schema_arrow.names if name.lower() in wanted]
            for batch in file.iter_batches(batch_size=_BATCH, columns=held):
                names = [name.lower() for name in batch.schema.names]
                columns = [column.to_pylist() for column in batch.columns]
                for values in zip(*columns, strict=True):
                    number += 1
                    yield number, dict(zip(names, values, strict=True))
    except (pa.ArrowException, OSError) as error:
        raise CatalogError(f"{path}: the catalog file cannot be read: {error}") from None
