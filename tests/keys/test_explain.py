"""The way of a name to its key, in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extractor.keys import KeyResolver
from tests.keys.catalogued import table_of

Make = Callable[..., KeyResolver]


@pytest.fixture
def keys(resolver: Make) -> KeyResolver:
    """A data source with a database part in its keys."""
    tables = [table_of("31.lake.mart.funnel_day"), table_of("31.lake.core.visit"), table_of("31.lake.mart.visitor")]
    return resolver(tables, dialect="redshift", data_source_id=31, database="lake", name="weblake")


def test_every_step_is_told(keys: KeyResolver) -> None:
    """A name that is found shows its parts, the rule of the keys and who made it, each look-up, and the key."""
    told = "\n".join(keys.explain("mart.Funnel_Day"))
    for part in (
        "mart . Funnel_Day",
        "mart . funnel_day",
        "<ds_id>.<db>.<schema>.<table>",
        "the schema names in the catalog",
        "looked up lake / mart / funnel_day: 31.lake.mart.funnel_day",
        "result: catalog: 31.lake.mart.funnel_day",
    ):
        assert part in told


def test_the_session_counts(keys: KeyResolver) -> None:
    """The session's schema is put in front of a bare name."""
    assert "result: catalog: 31.lake.mart.visitor" in "\n".join(keys.explain("visitor", schema="mart"))


def test_near_names_are_offered(keys: KeyResolver) -> None:
    """A misspelt table shows the nearest of its schema, and a misplaced one where it is."""
    assert "near in the catalog: 31.lake.mart.funnel_day" in keys.explain("mart.funel_day")
    assert "of the same name elsewhere: 31.lake.core.visit" in keys.explain("public.visit")


def test_near_schemas_are_offered(keys: KeyResolver) -> None:
    """A name in a schema that does not exist shows the schemas that are alike."""
    assert "a schema of the catalog: lake.mart (2 tables)" in keys.explain("marts.zzz")


def test_a_source_without_a_catalog_says_so(resolver: Make) -> None:
    """Without a catalog the explanation says that there is nothing to look up in."""
    assert "there is no catalog to look it up in" in resolver(None).explain("a.b")


def test_an_ambiguous_name_shows_its_tables(resolver: Make) -> None:
    """Tables that match a name equally well are listed."""
    keys = resolver([table_of("9.A.T"), table_of("9.B.T")], dialect="oracle", data_source_id=9)
    told = "\n".join(keys.explain("t"))
    assert "9.A.T, 9.B.T" in told
    assert "result: ambiguous: no key" in told
