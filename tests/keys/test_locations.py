"""Places of files become keys of Alation's file systems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.keys.locations import FileSystems, clean, directory_of, line_for
from extractor.models import EndKind, TableName
from extractor.settings_of_places import FileSystemSettings

SYSTEMS = FileSystems(
    [
        FileSystemSettings(id=4, prefix="s3://landing/"),
        FileSystemSettings(id=5, prefix="gs://"),
        FileSystemSettings(id=6, prefix="@LAKE.RAW.EXT"),
        FileSystemSettings(id=7, prefix="@mine"),
        FileSystemSettings(id=8, prefix="abfss://raw@acc.dfs.core.windows.net/"),
        FileSystemSettings(id=9, prefix="hdfs://nn:8020/warehouse"),
        FileSystemSettings(id=10, prefix="/data/", path="/data/"),
        FileSystemSettings(id=11, prefix="s3://landing/exact/", fold="never"),
        FileSystemSettings(id=12, prefix="wasbs://c@acc.blob.core.windows.net/", fold="directory"),
        FileSystemSettings(id=13, prefix="C:\\exports\\"),
    ]
)


def name(place: str, kind: EndKind = "file") -> TableName:
    """A place as lineage gives it."""
    return TableName((place,), (place,), kind)


@pytest.mark.parametrize(
    ("place", "otype", "key", "folded"),
    [
        ("s3://landing/2031/orders.csv", "file", "4.2031/orders.csv", ""),
        ("s3a://landing/2031/orders.csv", "file", "4.2031/orders.csv", ""),
        ("S3N://Landing/2031/Orders.csv", "file", "4.2031/Orders.csv", ""),
        ("gs://bucket/in/a.parquet", "file", "5.bucket/in/a.parquet", ""),
        ("gcs://bucket/in/*.parquet", "directory", "5.bucket/in/", "a pattern of files"),
        ("gs://bucket/in/{a,b}/x.csv", "directory", "5.bucket/in/", "a pattern of files"),
        ("@lake.raw.ext/a/b.csv", "file", "6.a/b.csv", ""),
        ('@"LAKE"."RAW".ext', "directory", "6./", ""),
        ("@db.schema.mine/x/", "directory", "7.x/", ""),
        ("abfs://raw@acc.dfs.core.windows.net/x/f.csv", "file", "8.x/f.csv", ""),
        ("hdfs://nn:8020/warehouse/t", "directory", "9.t/", ""),
        ("/data/in/orders.csv", "file", "10./data/in/orders.csv", ""),
        ("file:///data/in/orders.csv", "file", "10./data/in/orders.csv", ""),
        ("/data/in/orders_20240131.csv", "directory", "10./data/in/", "a file by date"),
        ("/data/in/orders-2024-01-31.csv.gz", "directory", "10./data/in/", "a file by date"),
        ("s3://landing/x/dt=2024-01-31/part-0001.parquet", "directory", "4.x/", "a partition's directory"),
        ("s3://landing/x/part-00001.parquet", "directory", "4.x/", "a numbered part"),
        ("s3://landing/exact/*.csv", "file", "11.*.csv", ""),
        ("wasb://c@acc.blob.core.windows.net/a/b.csv", "directory", "12.a/", "the file system's setting"),
        ("C:\\exports\\day.csv", "file", "13.day.csv", ""),
    ],
)
def test_a_place_gets_its_key(place: str, otype: str, key: str, folded: str) -> None:
    """The longest prefix gives the file system, what follows is the path, and parts of one whole are its directory."""
    found = SYSTEMS.locate(name(place))
    assert found.node is not None
    assert (found.node.otype, found.node.key, found.folded) == (otype, key, folded)


def test_a_directory_ends_with_a_slash() -> None:
    """What a statement writes as a directory is one, whatever its name looks like."""
    found = SYSTEMS.locate(name("s3://landing/out/v1.2", "directory"))
    assert found.node is not None
    assert (found.node.otype, found.node.key) == ("directory", "4.out/v1.2/")


@pytest.mark.parametrize(
    "place", ["s3://landings/a.csv", "s3://other/a.csv", "/database/a.csv", "@mine2/a.csv", "a.csv"]
)
def test_a_prefix_ends_where_a_name_ends(place: str) -> None:
    """A bucket or folder whose name only begins like that of a file system is none of it."""
    assert SYSTEMS.locate(name(place)).node is None


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("s3://AKIA123:topsecret@landing/x.csv", "s3://landing/x.csv"),
        ("https://acc.blob.core.windows.net/c/f.csv?sv=1&sig=topsecret", "https://acc.blob.core.windows.net/c/f.csv"),
        ("ftp://me:topsecret@host/f.csv", "ftp://host/f.csv"),
        ("sftp://topsecret@host/f.csv", "sftp://host/f.csv"),
        ("wasbs://c:topsecret@acc.blob.core.windows.net/f.csv", "wasbs://acc.blob.core.windows.net/f.csv"),
        ("abfss://raw@acc.dfs.core.windows.net/f.csv?sig=topsecret", "abfss://raw@acc.dfs.core.windows.net/f.csv"),
    ],
)
def test_credentials_are_no_part_of_a_place(place: str, shown: str) -> None:
    """A login or a signature in a place never reaches a key or the report; a container in front of @ does."""
    assert clean(place) == shown
    assert "topsecret" not in line_for(name(place))[1]


@given(st.text(alphabet="ab/.*=@:?2024_-", max_size=30))
def test_cleaning_is_done_once(rest: str) -> None:
    """A place that was cleaned stays as it is, so that one file has one key."""
    for start in ("s3://b/", "/x/", "hdfs://nn/", "file:///"):
        once = clean(start + rest)
        assert clean(once) == once


def test_what_is_missing_is_told_as_it_is_written() -> None:
    """The line names the bucket, the stage or the folder, as the configuration takes it."""
    assert line_for(name("s3a://landing/x/y.csv")) == (
        "s3://landing/",
        'a [[file_system]] with prefix = "s3://landing/", id = <its number in Alation>',
    )
    assert line_for(name("@db.raw.stage/x"))[0] == "@db.raw.stage/"


def test_the_directory_of_a_file() -> None:
    """It is what stands before the file's name, down to the file system itself."""
    assert directory_of("4.a/b/c.csv") == "4.a/b/"
    assert directory_of("4.c.csv") == "4./"
