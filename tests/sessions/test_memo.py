"""Binding once: the same objects while names mean the same, new ones as soon as they do not."""

from __future__ import annotations

import dialects
from extractor import lineage
from extractor.models import QueryRecord, StatementLineage
from extractor.schemas import DictSchema
from extractor.sessions import Sessions
from extractor.statements import fingerprint

POSTGRES = dialects.get("postgres")


class Replay:
    """Sends statements to sessions, one outline for each text."""

    def __init__(self, schema: dict[str, dict[str, object]] | None = None) -> None:
        self._sessions = Sessions(POSTGRES, schema=DictSchema(schema, POSTGRES) if schema else None)
        self._outlines: dict[str, lineage.Outline] = {}

    def send(self, sql: str, session: str = "s", **record: object) -> StatementLineage:
        """The lineage of one statement."""
        outline = self._outlines.setdefault(sql, lineage.outline(sql, POSTGRES))
        sent = QueryRecord("", session=session, **record)  # type: ignore[arg-type]
        (result,) = self._sessions.apply(sent, fingerprint(sql, POSTGRES), outline)
        return result


def test_a_statement_that_runs_again_gives_the_same_objects():
    """Two sessions of one job share what was derived, through their own temporary tables too."""
    replay = Replay()
    results = []
    for session in ("a", "b"):
        replay.send("create temp table d as select x from raw.s", session)
        results.append(replay.send("insert into mart.t (x) select x from d", session))
    assert results[0].columns is results[1].columns
    assert [str(e.source_table) for e in results[1].columns] == ["raw.s"]


def test_another_content_of_the_temporary_table_is_seen():
    """The same insert reads another table as soon as the temporary table was made of another."""
    replay = Replay()
    replay.send("create temp table d as select x from raw.s", "a")
    replay.send("insert into mart.t (x) select x from d", "a")
    replay.send("create temp table d as select x from raw.other", "b")
    result = replay.send("insert into mart.t (x) select x from d", "b")
    assert [str(e.source_table) for e in result.columns] == ["raw.other"]


def test_columns_that_were_learned_meanwhile_are_seen():
    """A star is expanded once DDL has taught the columns."""
    replay = Replay()
    before = replay.send("insert into mart.t select * from raw.s")
    replay.send("create table raw.s (p int, q int)")
    after = replay.send("insert into mart.t select * from raw.s")
    assert not [e for e in before.columns if e.source_column in {"p", "q"}]
    assert {e.source_column for e in after.columns} == {"p", "q"}


def test_another_search_path_is_seen():
    """A bare name means another table after SET search_path."""
    replay = Replay({"one.s": {"x": None}, "two.s": {"x": None}})
    replay.send("set search_path to one")
    first = replay.send("insert into mart.t (x) select x from s")
    replay.send("set search_path to two")
    second = replay.send("insert into mart.t (x) select x from s")
    assert ([str(t) for t in first.sources], [str(t) for t in second.sources]) == (["one.s"], ["two.s"])


def test_a_table_that_grows_is_not_remembered_for_ever():
    """Thousands of inserts into one temporary table give its lineage once, and the last insert's is right."""
    replay = Replay()
    replay.send("create temp table d as select x from raw.s")
    for _ in range(200):
        replay.send("insert into d select x from raw.u")
    result = replay.send("insert into mart.t (x) select x from d")
    assert {str(t) for t in result.sources} == {"raw.s", "raw.u"}
