"""Few groups that say exactly the edges: compared with what trying everything finds."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from extractor.dataflows.cover import Group, cover

PAIRS = st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("stuvwxyz")), max_size=30)


def said(groups: list[Group]) -> set[tuple[str, str]]:
    """The all-to-all reading."""
    return {(source, target) for group in groups for source in group.sources for target in group.targets}


def fewest(pairs: set[tuple[str, str]]) -> int:
    """The smallest number of complete parts that say the pairs, by trying all."""
    sources = sorted({s for s, _ in pairs})
    parts = set()
    for size in range(1, len(sources) + 1):
        for chosen in combinations(sources, size):
            common = [t for t in {t for _, t in pairs} if all((s, t) in pairs for s in chosen)]
            if common:
                parts.add(frozenset((s, t) for s in chosen for t in common))
    for number in range(1, len(pairs) + 1):
        if any(frozenset().union(*some) == pairs for some in combinations(parts, number)):
            return number
    return 0


@given(PAIRS)
def test_the_groups_say_exactly_the_edges(pairs):
    """Every source of a group with every target of it: each edge, and no other."""
    assert said(cover(pairs)) == pairs


@given(PAIRS)
def test_there_are_never_more_groups_than_by_equal_sources_or_equal_targets(pairs):
    """Neither plain way of grouping gives fewer."""
    by_sources = {frozenset(s for s, t in pairs if t == target) for _, target in pairs}
    by_targets = {frozenset(t for s, t in pairs if s == source) for source, _ in pairs}
    assert len(cover(pairs)) <= min(len(by_sources), len(by_targets))


@given(st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), min_size=1))
def test_it_is_at_most_one_group_from_the_best(pairs):
    """On every small graph the number of groups is the smallest there is, or one more."""
    assert len(cover(pairs)) <= fewest(pairs) + 1


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(pairs, random):
    """The same edges give the same groups."""
    mixed = list(pairs)
    random.shuffle(mixed)
    assert cover(mixed) == cover(pairs)


def test_parts_that_have_nothing_to_do_with_each_other_are_grouped_each_its_own_way():
    """One part is smallest by sources and the other by targets: together they are not larger than alone."""
    wide = {("a", f"t{n}") for n in range(6)} | {("b", f"t{n}") for n in range(6)} | {("b", "extra"), ("a", "other")}
    deep = {(f"s{n}", "x") for n in range(6)} | {(f"s{n}", "y") for n in range(6)} | {("lone", "x"), ("sole", "y")}
    assert len(cover(wide | deep)) == len(cover(wide)) + len(cover(deep)) == 4


def test_overlapping_parts_are_fewer_than_parts_without_an_overlap():
    """Three targets fed by ab, abcd and cd are two groups: ab with the first two, cd with the last two."""
    pairs = {(s, "x") for s in "ab"} | {(s, "y") for s in "abcd"} | {(s, "z") for s in "cd"}
    assert cover(pairs) == [Group(("a", "b"), ("x", "y")), Group(("c", "d"), ("y", "z"))]


def test_a_key_that_every_column_depends_on_costs_no_path_of_its_own():
    """Ten columns, each from its own and all from two keys (a grouping), are ten groups and not eleven."""
    pairs = {(f"c{n}", f"o{n}") for n in range(10)} | {(k, f"o{n}") for k in ("k1", "k2") for n in range(10)}
    assert len(cover(pairs)) == 10


def test_nothing_is_no_group():
    """Without edges there is nothing to say."""
    assert cover([]) == []
