"""The fixtures as a whole: what they cover, and that each shows something of its own."""

from collections import defaultdict
from collections.abc import Callable, Hashable

from dialects.lexing import tokens
from tests.lineage.cases import Case, cases
from tests.lineage.matrix import rows

CASES = list(cases())
SETTINGS = ("schema", "default_database", "default_schema", "temporary_tables")


def test_what_a_dialect_has_not_got_has_no_fixture() -> None:
    """A feature is in a fixture or in absent.yml, never in both."""
    assert {row.dialect: row.both for row in rows(CASES) if row.both} == {}


def test_every_feature_is_shown_or_absent_in_every_dialect() -> None:
    """No cell of the matrix is empty: a fixture, or the word that the vendor's reference has no such thing."""
    assert {row.dialect: row.empty for row in rows(CASES) if row.empty} == {}


def test_no_two_fixtures_of_a_kind_differ_in_names_and_literals_only() -> None:
    """Within one dialect and statement kind each fixture has a shape of its own, or other settings."""
    assert _alike(lambda case: (case.dialect, case.kind, _settings(case), _shape(case))) == []


def test_no_two_dialects_share_the_text_of_a_fixture() -> None:
    """A statement shows a dialect only where it is written as that engine's users write it."""
    assert _alike(lambda case: (_settings(case), " ".join(t.text for t in tokens(case.sql, case.rules.lexical)))) == []


def _alike(key: Callable[[Case], Hashable]) -> list[list[str]]:
    found: dict[Hashable, list[str]] = defaultdict(list)
    for case in CASES:
        found[key(case)].append(case.name)
    return [names for names in found.values() if len(names) > 1]


def _settings(case: Case) -> tuple[str, ...]:
    return tuple(key for key in SETTINGS if key in case.expected)


def _shape(case: Case) -> str:
    """The text with a number for each name and a mark for each literal."""
    found = list(tokens(case.sql, case.rules.lexical))
    names = {word.casefold() for word in _names(case, [t.text for t in found])}
    numbers: dict[str, int] = {}
    shape = []
    for token in found:
        text = token.text.casefold()
        if token.kind in {"string", "number"}:
            shape.append("'")
        elif token.kind == "quoted" or text in names:
            shape.append(f"#{numbers.setdefault(text.strip('`[]' + chr(34)), len(numbers))}")
        else:
            shape.append(text)
    return " ".join(shape)


def _names(case: Case, texts: list[str]) -> set[str]:
    """Words that are names for certain: parts of expected names, what stands beside a dot or behind AS."""
    listed = [*case.expected.get("sources", []), *case.expected.get("targets", [])]
    listed += [text.replace(" > ", ".") for key in ("columns", "indirect") for text in case.expected.get(key, [])]
    names = {part for text in listed for part in text.split(".")}
    for before, text, after in zip(["", *texts], texts, [*texts[1:], ""], strict=False):
        if before.casefold() == "as" or before == "." or after == ".":
            names.add(text)
    return {name for name in names if name[:1].isalpha() or name[:1] == "_"}
