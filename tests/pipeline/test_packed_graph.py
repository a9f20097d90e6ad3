"""The packed graph answers exactly as the walk through the edges does, and only for the state that it was made from."""

from __future__ import annotations

import random
from itertools import product

import pytest

from extractor.errors import ConfigError
from extractor.pipeline.impact import impact
from extractor.pipeline.reach import Looked, Question
from extractor.state import Status, Store
from extractor.state.packed import packed_graph
from tests.pipeline.graphs import columns, configured, edge, load, map_asset, store_of

TABLES = [f"12.s.t{number}" for number in range(14)]


def some_edges(chance: random.Random, count: int):
    """Edges between tables, columns and files, direct and indirect, some in several dataflows and in circles."""
    for _ in range(count):
        source, target = chance.sample(TABLES, 2)
        kind = chance.choice(("direct", "direct", "indirect"))
        if chance.random() < 0.5:
            yield columns(f"{source}.c{chance.randrange(3)}", f"{target}.c{chance.randrange(3)}", kind)
        elif chance.random() < 0.1:
            yield edge("4.in/file.csv", target, kind, "file")
        else:
            yield edge(source, target, kind)


def answers(config, questions):
    """The answer to each question, or why there is none."""
    found = []
    for question, limit in questions:
        try:
            found.append(impact(config, question, limit))
        except ConfigError as error:
            found.append(str(error))
    return found


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(3))
def test_it_answers_as_the_edges_do(tmp_path, seed):
    """Every question, from tables, columns and files, in both directions, by kind, by depth and cut by a limit."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    chance = random.Random(seed)
    store_of(url, *(load(f"l{n}", *some_edges(chance, 4)) for n in range(8)))
    store_of(url, load("other", edge(TABLES[0], TABLES[9]), namespace="other"))
    store_of(url, load("gone", edge(TABLES[1], TABLES[8])), status=Status.DELETING)
    map_asset(url, "asset", TABLES[3])
    config = configured(tmp_path, url)
    starts = [(table, column) for table in [*TABLES, "4.in/file.csv"] for column in (None, "c1")]
    questions = [
        (Question(None, table, column, upstream, kind, depth), limit)
        for (table, column), upstream, kind, depth, limit in product(
            starts, (False, True), (None, "direct", "indirect"), (None, 2), (3, 1_000)
        )
    ]
    questions = chance.sample(questions, 60)
    walked = answers(config, questions)
    with Store.open(url) as store:
        assert store.pack_graph("test")
        assert not store.pack_graph("test")
    assert answers(config, questions) == walked


def test_it_is_good_for_one_version_of_the_state_alone(tmp_path):
    """After any change the edges are walked, until the graph is packed again; a small graph is not packed."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    store_of(url, load("one", edge(TABLES[0], TABLES[1])))
    config = configured(tmp_path, url)
    with Store.open(url) as store:
        assert not store.pack_graph("test", at_least=2)
        assert store.pack_graph("test")
        with store.read() as connection:
            packed = packed_graph(connection, "test")
            assert packed is not None
            assert Looked(packed, Question(table=TABLES[0]), [1]).tables_met == 1
    store_of(url, load("two", edge(TABLES[1], TABLES[2])))
    assert [a.node.key for a in impact(config, Question(table=TABLES[0]), 10).tables] == TABLES[1:3]
    with Store.open(url) as store, store.read() as connection:
        assert packed_graph(connection, "test") is None
