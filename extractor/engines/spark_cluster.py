"""A Spark cluster as an engine: items go out as rows of a DataFrame and come back as Arrow batches.

https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.mapInArrow.html
The session is the one that runs already, as in a notebook or under spark-submit, else a new one of Spark's own
configuration (``SPARK_HOME/conf``). What a lost executor had is done again by Spark itself.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

import pyarrow as pa
from pyspark.sql import SparkSession

from extractor.engines.interface import Answer, Limits, Task
from extractor.engines.remote import analyse_all

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 200
_ROUND = 4
"""So many items for each core are handed to Spark at once; their results are in memory together."""


class SparkEngine:
    """The running Spark session, or a new one that ends with the engine; a context manager."""

    spreads = True

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._is_own = SparkSession.getActiveSession() is None
        self._session = SparkSession.builder.appName("alation-lineage").getOrCreate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_own:
            self._session.stop()

    def outlines(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Analyse all tasks on the executors, in chunks; answers come in the order of the tasks."""
        waiting = iter(tasks)
        chunks = iter(lambda: list(islice(waiting, _CHUNK)), [])
        for answers in self.each(partial(analyse_all, limits=self._limits), chunks):
            yield from answers

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The function of each item, on the executors; rounds of items, each as many as keep all cores busy."""
        waiting = iter(items)
        cores = max(1, self._session.sparkContext.defaultParallelism)
        while round_ := list(islice(waiting, cores * _ROUND)):
            rows = [(number, pickle.dumps((function, item))) for number, item in enumerate(round_)]
            sent = self._session.createDataFrame(rows, "number int, call binary").repartition(len(rows), "number")
            done = sent.mapInArrow(_called, "number int, result binary").collect()
            for row in sorted(done, key=lambda row: row.number):
                yield pickle.loads(bytes(row.result))  # noqa: S301 - what our own function gave


def _called(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The results of the calls of some rows, on an executor."""
    for batch in batches:
        for row in batch.to_pylist():
            function, item = pickle.loads(row["call"])  # noqa: S301 - from our own driver
            result: Any = pickle.dumps(function(item))
            yield pa.RecordBatch.from_pydict(
                {"number": pa.array([row["number"]], pa.int32()), "result": pa.array([result], pa.binary())}
            )
