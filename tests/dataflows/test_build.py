"""What a dataflow is called, what it says, and that it stays the same."""

from __future__ import annotations

import re
from dataclasses import replace

import dialects
from extractor.config import UploadSettings
from extractor.dataflows import build_dataflow, external_id
from extractor.models import Dataflow, KeyedEdge, Node, Outcome, StatementLineage, TableName

DIALECT = dialects.get("postgres")


def table(name: str) -> TableName:
    """A name as the dialect folds it."""
    parts = tuple(name.split("."))
    return TableName(tuple(p.lower() for p in parts), parts)


LINEAGE = StatementLineage(
    outcome=Outcome.LINEAGE,
    kind="insert",
    fingerprint="f" * 32,
    sources=(table("raw.sales"), table("raw.shops"), table("ref.fx")),
    targets=(table("mart.net"),),
    chain=("f" * 32,),
)
EDGES = (
    KeyedEdge(Node("table", "12.raw.sales"), Node("table", "12.mart.NET")),
    KeyedEdge(Node("column", "12.raw.sales.amount"), Node("column", "12.mart.NET.amount")),
)


def build(texts: tuple[str, ...] = ("INSERT INTO mart.net SELECT 1",), **settings: object) -> Dataflow:
    """The dataflow of the lineage above."""
    return build_dataflow(
        namespace="acme",
        source_name="logs",
        lineage=LINEAGE,
        edges=EDGES,
        texts=texts,
        settings=UploadSettings.model_validate(settings),
        dialect=DIALECT,
    )


def test_the_id_has_its_three_parts() -> None:
    """An id begins with api/, the namespace and the source, and stays within Alation's characters."""
    found = build().external_id
    assert re.fullmatch(r"api/acme/logs/[0-9a-f]{24}", found)


def test_the_id_depends_on_targets_and_fingerprint_alone() -> None:
    """Other sources, texts and spellings leave the id as it is; another target or fingerprint does not."""
    first = external_id("acme", "logs", LINEAGE)
    assert external_id("acme", "logs", replace(LINEAGE, sources=(), targets=(table("MART.Net"),))) == first
    assert external_id("acme", "logs", replace(LINEAGE, targets=(table("mart.gross"),))) != first
    assert external_id("acme", "logs", replace(LINEAGE, fingerprint="e" * 32)) != first


def test_the_longest_names_fit() -> None:
    """With the longest namespace and source an id is still within 255 characters."""
    assert len(external_id("n" * 64, "s" * 80, LINEAGE)) <= 255


def test_the_title_is_in_words() -> None:
    """A title names the target, the first source and how many more there are."""
    assert build().title == "Insert into mart.net from raw.sales and 2 more"


def test_the_content_is_the_chain_in_order() -> None:
    """All statements of a chain stand in the content, each ended and set apart."""
    content = build(texts=("CREATE TEMP TABLE t AS SELECT 1;", "INSERT INTO mart.net SELECT * FROM t")).content
    assert content == "CREATE TEMP TABLE t AS SELECT 1;\n\nINSERT INTO mart.net SELECT * FROM t;"


def test_credentials_never_reach_the_content() -> None:
    """A password in a statement is gone from the dataflow, literals masked or not."""
    secret = (
        "COPY mart.net FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=AKIAABCDEFGHIJKLMNOP;aws_secret_access_key=hush'"
    )
    for masked in (False, True):
        content = build(texts=(secret,), mask_literals=masked).content
        assert "hush" not in content
        assert "AKIA" not in content


def test_literals_are_masked_on_request() -> None:
    """With mask_literals no value of the statement is left."""
    content = build(texts=("INSERT INTO mart.net SELECT 'Jane Doe', 4711",), mask_literals=True).content
    assert "Jane" not in content
    assert "4711" not in content


def test_long_content_is_cut_and_says_so() -> None:
    """Content never exceeds the limit, and a reader sees that it is not all."""
    content = build(texts=("SELECT 1 -- " + "x" * 5_000, "SELECT 2"), max_content_chars=500).content
    assert len(content) == 500
    assert content.endswith("only the first 500 characters are shown")


def test_what_json_cannot_hold_is_replaced() -> None:
    """NUL and half surrogates in a statement neither stop the run nor reach Alation."""
    content = build(texts=("INSERT INTO t SELECT 'a\x00b\ud800c é 𝄞'",)).content
    assert content == "INSERT INTO t SELECT 'a\ufffdb\ufffdc é 𝄞';"


def test_targets_are_the_folded_keys_of_what_is_written() -> None:
    """Supersession knows targets by the keys of whole objects, in lower case."""
    assert build().targets == ("12.mart.net",)
