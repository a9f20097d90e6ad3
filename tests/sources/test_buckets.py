"""Logs in an object store: a real S3 server on loopback, and the same records as from files."""

from __future__ import annotations

import gzip
import io
import logging
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import s3fs
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from reading import LOGS, read, read_item, source

from extractor.config import load_config
from extractor.errors import ConfigError
from extractor.pipeline.check import check
from extractor.sources import find_inputs

BUCKET = "night-logs"
CSVLOG = LOGS / "postgresql-csvlog" / "v15_26_columns.csv"


@pytest.fixture(scope="module")
def endpoint():
    """A running S3."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def files(endpoint):
    """A bucket of that server with logs in it, in several wrappings."""
    with pytest.MonkeyPatch.context() as environment:
        _identify(environment)
        store = s3fs.S3FileSystem(endpoint_url=endpoint, skip_instance_cache=True)
        store.call_s3("create_bucket", Bucket=BUCKET)
        csv = CSVLOG.read_bytes()
        contents = {
            "pg/2026/03/02/log.csv": csv,
            "pg/2026/03/03/log.csv.gz": gzip.compress(csv + b"\n"),
            "pg/2026/03/04/log.zip": _zip({"inner/log.csv": csv + b"\n\n"}),
            "pg/.hidden/log.csv": csv,
            "rows/part-0.parquet": _parquet(),
            "pg-other/log.csv": csv,
        }
        for key, content in contents.items():
            store.pipe(f"{BUCKET}/{key}", content)
    return endpoint


@pytest.fixture(autouse=True)
def _identity(monkeypatch):
    _identify(monkeypatch)


def _identify(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ACCESS_KEY_ID", "nightly")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-secret")
    environment.setenv("AWS_EC2_METADATA_DISABLED", "true")


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _parquet() -> bytes:
    table = pa.Table.from_pylist([{"QUERY_TEXT": "insert into a select 1", "SESSION_ID": 7}])
    packed = io.BytesIO()
    pq.write_table(table, packed)
    return packed.getvalue()


def _found(endpoint: str, *paths: str, **storage: object):
    return list(find_inputs(source(paths=list(paths), storage={"endpoint_url": endpoint, **storage}), Path()))


def test_everything_below_a_prefix_is_found_with_its_size_and_time(files):
    """Hidden names and neighbours whose names only begin alike are left out; an archive stands for its members."""
    found = _found(files, f"s3://{BUCKET}/pg")
    assert [item.name for item in found] == [
        "s3://night-logs/pg/2026/03/02/log.csv",
        "s3://night-logs/pg/2026/03/03/log.csv.gz",
        "s3://night-logs/pg/2026/03/04/log.zip/inner/log.csv",
    ]
    assert not any(item.problem for item in found)
    assert found[0].size_bytes == CSVLOG.stat().st_size
    assert found[0].modified_at.utcoffset().total_seconds() == 0


def test_a_glob_selects_objects(files):
    """As in folders: ``*`` within a part of the name, and what it matches that is a prefix counts with all below."""
    assert [i.name for i in _found(files, f"s3://{BUCKET}/pg/2026/*/03/*.gz")] == [
        "s3://night-logs/pg/2026/03/03/log.csv.gz"
    ]
    assert len(_found(files, f"s3://{BUCKET}/pg/*")) == 3


def test_records_are_those_of_the_same_file_on_disk(files):
    """Plain, compressed, within a zip: each gives what the file gives."""
    texts = read(CSVLOG).texts
    assert texts
    for item in _found(files, f"s3://{BUCKET}/pg"):
        assert read_item(item).texts == texts


def test_formats_that_are_read_at_any_place_are_read_from_a_store_too(files):
    """Parquet has its directory at the end of the file."""
    (item,) = _found(files, f"s3://{BUCKET}/rows/part-0.parquet")
    assert read_item(item).texts == ["insert into a select 1"]


def test_what_cannot_be_listed_is_a_line_that_says_why(files):
    """A bucket that is not there, a prefix without objects, a server that is not there, a store nobody knows."""
    (missing,) = _found(files, "s3://no-such-bucket/pg")
    assert "s3://no-such-bucket/pg" in missing.problem
    (vacant,) = _found(files, f"s3://{BUCKET}/nothing/")
    assert vacant.is_vacant
    (down,) = _found("http://127.0.0.1:9", f"s3://{BUCKET}/pg")
    assert "cannot be listed" in down.problem
    (unknown,) = _found(files, "ftp://host/logs")
    assert "ftp:// is no store that can be read" in unknown.problem


def test_an_object_that_goes_away_after_the_listing_costs_itself(files):
    """What was listed and is gone when it is read is a bad record with the reason."""
    store = s3fs.S3FileSystem(endpoint_url=files, skip_instance_cache=True)
    store.pipe(f"{BUCKET}/gone/log.csv", CSVLOG.read_bytes())
    (item,) = _found(files, f"s3://{BUCKET}/gone")
    store.rm(f"{BUCKET}/gone/log.csv")
    result = read_item(item)
    assert not result.records
    assert "there is no such object" in result.bad[0].problem


def test_a_run_is_configured_with_a_bucket(files, tmp_path):
    """``check`` opens the objects of a source as it does files."""
    config = tmp_path / "lineage.toml"
    config.write_text(
        f'[[source]]\nname = "wh"\npaths = ["s3://{BUCKET}/pg"]\nstorage = {{ endpoint_url = "{files}" }}\n'
        'dialect = "postgres"\ndata_source_id = 1\nunknown_tables = "upload"\ncatalog = { from_alation = false }\n'
    )
    text = "\n".join(str(line) for line in check(load_config(config)))
    assert "3 files: 3 postgresql-csvlog" in text


def test_a_secret_of_a_store_is_refused_in_the_configuration(tmp_path):
    """Credentials come from where the store's own tools take them."""
    config = tmp_path / "lineage.toml"
    config.write_text(
        '[[source]]\npaths = ["s3://b/x"]\nstorage = { secret = "abc" }\ndialect = "postgres"\ndata_source_id = 1\n'
    )
    with pytest.raises(ConfigError):
        load_config(config)
