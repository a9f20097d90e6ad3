"""A parser is made once for each dialect and thread: no text may show in what is read of another."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import dialects
from dialects import ParseFailure
from dialects.sqlglot_adapter import parse


def columns_of(text, dialect="postgres"):
    """The names of the select list."""
    (tree,) = parse(text, dialects.get(dialect))
    return [column.name for column in tree.args["expressions"]]


@pytest.mark.parametrize("refused", ["select a b c from", "select 'open", "select ((a from t", "/* open"])
def test_a_refused_text_leaves_nothing_behind(refused):
    """The next text is read as if there had been none before."""
    with pytest.raises(ParseFailure):
        parse(refused, dialects.get("postgres"))
    assert columns_of("select a, b from t") == ["a", "b"]


def test_trees_outlive_the_next_text():
    """A tree is whole, with its comments, when another text has been read."""
    dialect = dialects.get("postgres")
    (first,) = parse("select a /* of t */ from t", dialect)
    written = first.sql()
    parse("select b from u", dialect)
    assert first.sql() == written


def test_threads_do_not_share_a_parser():
    """Each gets the trees of its own texts, however their turns fall."""
    names = [[f"c{thread}_{n}" for n in range(60)] for thread in range(4)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(names)) as threads:
            texts = [f"select {', '.join(own)} from t" for own in names for _ in range(5)]
            found = list(threads.map(columns_of, texts))
    finally:
        sys.setswitchinterval(before)
    assert found == [own for own in names for _ in range(5)]
