"""The outline: what a statement says of the flow of data, without its expressions, schema or session.

An outline is made once per distinct text and bound many times. It holds names as they were written (each part
with a flag that says whether it was quoted) and nothing of the parser, so it is small, picklable and cheap to
store. Whatever depends on a schema or on the session (bare columns over several relations, stars, struct
fields, positions in a target) stays symbolic here and is decided by `extractor.lineage.binding`.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Part: TypeAlias = tuple[str, bool]
Name: TypeAlias = tuple[Part, ...]


class Flow(NamedTuple):
    """What goes into one expression.

    ``refs`` are column references, ``queries`` subqueries whose output flows, ``tests`` subqueries that are only
    asked (EXISTS), ``tables`` tables named by a function (dictionaries), ``rows`` whole rows (``f(t.*)``) by the
    name of their relation, or as a star that leaves some columns out.
    """

    refs: tuple[Name, ...] = ()
    queries: tuple[Query, ...] = ()
    tests: tuple[Query, ...] = ()
    tables: tuple[Name, ...] = ()
    rows: tuple[Name | Star, ...] = ()


NO_FLOW = Flow()


class Star(NamedTuple):
    """``*`` or ``t.*``: columns left out, replaced, renamed, or kept by an ILIKE pattern.

    ``columns`` are the names that all of them get, by position (``t.* AS (a, b)``); ``matching`` is a regular
    expression that those which are kept must match; ``beside`` flows into each of them as well. ``called`` are the
    functions that are applied to each, innermost first, whose column is then named ``f(a)``; ``?`` leaves no name.
    """

    qualifier: Name = ()
    dropped: tuple[str, ...] = ()
    replaced: tuple[tuple[str, Flow], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    like: str = ""
    columns: tuple[str, ...] = ()
    matching: str = ""
    beside: Flow = NO_FLOW
    called: tuple[str, ...] = ()


class Projection(NamedTuple):
    """One item of a select list; ``name`` is empty where the dialect gives the column no usable name.

    ``fields`` are those of a struct that the item makes, each with what flows into it alone; a single one of the
    name ``*`` says that it is the whole row of the relation which is its first reference, with the rest beside it.
    """

    name: str
    flow: Flow = NO_FLOW
    star: Star | None = None
    fields: tuple[tuple[str, Flow], ...] = ()


class Reshape(NamedTuple):
    """PIVOT, UNPIVOT or MATCH_RECOGNIZE: ``made`` columns take the place of those in ``gone``.

    ``kept`` names the only other columns that remain; None keeps all the rest. ``open_flow`` feeds columns
    whose names the text does not show (PIVOT ... IN (ANY)).
    """

    made: tuple[tuple[str, Flow], ...]
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] | None = None
    alias: str = ""
    columns: tuple[str, ...] = ()
    open_flow: Flow | None = None


class Source(NamedTuple):
    """One relation of a FROM clause.

    ``kind``: ``table`` (``name``), ``query`` (``query``), ``rows`` (a table function or UNNEST; one flow per
    column it yields, or one for all; ``name`` is that of the function, where a CREATE may have told its body),
    ``called`` (what the procedure ``name`` gives), ``result`` (of the earlier query whose number is ``name``) or
    ``unknown`` (its name is not in the text). ``lateral`` relations see those before them. ``hidden`` ones (semi and
    anti joins) are not part of ``*``.
    """

    kind: str
    name: Name = ()
    alias: str = ""
    columns: tuple[str, ...] = ()
    query: Query | None = None
    flows: tuple[Flow, ...] = ()
    names: tuple[str, ...] = ()
    lateral: bool = False
    hidden: bool = False
    ordinality: bool = False
    natural: bool = False
    using: tuple[str, ...] = ()
    reshapes: tuple[Reshape, ...] = ()


class Cte(NamedTuple):
    """One common table expression; ``recursive`` when it may refer to itself."""

    name: str
    query: Query
    columns: tuple[str, ...] = ()
    recursive: bool = False


class Select(NamedTuple):
    """One SELECT.

    ``conditions`` (WHERE, ON) decide about rows before there is a select list; ``filters`` (GROUP BY, HAVING,
    QUALIFY, ORDER BY) may name what it calls its columns.
    """

    projections: tuple[Projection, ...]
    sources: tuple[Source, ...] = ()
    filters: Flow = NO_FLOW
    ordinals: tuple[int, ...] = ()
    ctes: tuple[Cte, ...] = ()
    conditions: Flow = NO_FLOW


class SetOp(NamedTuple):
    """A set operation over any number of branches; the first one names the output."""

    branches: tuple[Query, ...]
    by_name: bool = False
    filters: Flow = NO_FLOW
    ctes: tuple[Cte, ...] = ()


class Values(NamedTuple):
    """VALUES rows, column by column."""

    flows: tuple[Flow, ...]
    names: tuple[str, ...] = ()
    ctes: tuple[Cte, ...] = ()


Query: TypeAlias = Select | SetOp | Values


class Write(NamedTuple):
    """One write: ``query`` fills ``target``.

    ``mode``: ``insert``, ``overwrite``, ``create``, ``view``, ``assign`` (UPDATE, MERGE: the projections carry
    the names of the columns they set), ``delete``, ``clone``, ``like``, ``move`` (whole partitions) or ``copy``
    (files). ``target_kind`` is ``table``, ``file``, ``directory`` or ``external``. ``static`` and ``dynamic``
    are partition columns. ``files`` are sources outside the database. ``empties``: a DELETE takes all rows away.
    ``beside``: another branch of the body makes the table as well.
    """

    kind: str
    target: Name
    mode: str
    query: Query | None = None
    columns: tuple[str, ...] = ()
    target_kind: str = "table"
    static: tuple[str, ...] = ()
    dynamic: tuple[str, ...] = ()
    by_name: bool = False
    temporary: bool = False
    files: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    empties: bool = False
    beside: bool = False


class Empty(NamedTuple):
    """TRUNCATE: nothing of what was put into these tables is left."""

    kind: str
    names: tuple[Name, ...]


class Read(NamedTuple):
    """A query that writes nothing."""

    kind: str
    query: Query


class Define(NamedTuple):
    """CREATE TABLE with columns (or UNDROP, without): teaches the schema, moves no data."""

    kind: str
    name: Name
    columns: tuple[str, ...]
    temporary: bool = False
    keep_existing: bool = False
    files: tuple[str, ...] = ()


class Drop(NamedTuple):
    """DROP of tables or views."""

    kind: str
    names: tuple[Name, ...]


class DropWithin(NamedTuple):
    """DROP of what holds tables, with all of them; ``level`` is ``schema`` or ``database``."""

    kind: str
    names: tuple[Name, ...]
    level: str


class Rename(NamedTuple):
    """A table takes another name, or two tables exchange theirs (``swap``)."""

    kind: str
    old: Name
    new: Name
    swap: bool = False


class Alter(NamedTuple):
    """A change of a table's columns."""

    kind: str
    name: Name
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


class Use(NamedTuple):
    """A change of what names mean.

    ``what`` is ``database``, ``schema``, ``path`` or ``""`` (plain USE) for the session's defaults, ``variable``,
    ``synonym`` or ``part``: the first name stands for, or is part of, the second, or is itself again without one.
    """

    kind: str
    names: tuple[Name, ...]
    what: str = ""


class Other(NamedTuple):
    """A statement without edges of its own; ``outcome`` is the value of `extractor.models.Outcome` it ends in."""

    kind: str
    outcome: str
    reason: str = ""


Statement: TypeAlias = Write | Empty | Read | Define | Drop | DropWithin | Rename | Alter | Use | Other


class Outline(NamedTuple):
    """All statements of one piece of text: one, or those of a procedure's body in their order.

    ``returns`` are the names that the columns of a table function get, where it says them.
    """

    statements: tuple[Statement, ...]
    procedure: Name = ()
    returns: tuple[str, ...] = ()


RECORDS: tuple[type, ...] = (
    Flow,
    Star,
    Projection,
    Reshape,
    Source,
    Cte,
    Select,
    SetOp,
    Values,
    Write,
    Read,
    Define,
    Drop,
    Rename,
    Alter,
    Use,
    Other,
    Outline,
    Empty,
    DropWithin,
)
