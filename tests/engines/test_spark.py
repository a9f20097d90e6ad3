"""A local Spark as the engine; `make test-engines` runs this where Java is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from extractor.engines import Limits, engine_named
from tests.engines.clusters import FILES, counts, planned, write_logs

pytest.importorskip("pyspark", reason="the extra spark is not installed: make test-engines")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java: make test-engines", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings("ignore")  # PySpark's own


@pytest.fixture(scope="module", autouse=True)
def spark() -> Iterator[object]:
    """A Spark of two cores on this machine, which the engine finds running."""
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_spark_gives_the_same_plan_byte_for_byte(tmp_path):
    """Also the same counts and problems: where a log is read and a statement analysed is of no account."""
    write_logs(tmp_path)
    made, report = planned(tmp_path, None)
    elsewhere, told = planned(tmp_path, "spark")
    assert (elsewhere, counts(told)) == (made, counts(report))
    assert len(told.files) == FILES
    assert told.records["unreadable"] == 1


def test_results_come_in_the_order_of_the_items():
    """More items than one round has; the session that was there before goes on."""
    with engine_named("spark", Limits()) as engine:
        assert list(engine.each(len, ["x" * n for n in range(19)])) == list(range(19))
    with engine_named("spark", Limits()) as engine:
        assert list(engine.each(len, ["again"])) == [5]
