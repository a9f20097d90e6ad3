"""Jinja templates, dbt's among them: rendered where the sandbox of jinja2 is installed, else left as they are.

A template gets the values of the source's variables and nothing else: no files, no environment, no Python. What has no
value becomes ``${name}``, which names no table. dbt's ``ref``, ``source``, ``var``, ``config`` and ``this`` are known:
https://docs.getdbt.com/reference/dbt-jinja-functions. https://jinja.palletsprojects.com/en/stable/sandbox/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from extractor.sources.clients.dbt import Project, project_of
from extractor.sources.clients.variables_file import Variables
from extractor.sources.interface import InputFile

Unresolved = Callable[[str], None]
_CODE = re.compile(
    r"\{%-?\s*(?:if|for|set|macro|call|filter|raw|block|do|snapshot|include|import|from|extends)\b"
    r"|\{\{-?\s*[A-Za-z_][\w.]*\s*[(|~+*%\[]"
)
"""What no text but a template holds: ``'{{1,2},{3,4}}'`` is an array of PostgreSQL."""
_MAX_RANGE = 1_000
_MAX_FOR_DEPTH = 2
_MAX_CHARS = 10_000_000
_MAX_PRODUCT = 100_000
_MAKE_LONG = frozenset({"ljust", "rjust", "center", "zfill", "expandtabs", "translate", "replace"})


def has_code(text: str) -> bool:
    """Whether a text holds more of a template than the names of variables."""
    return ("{{" in text or "{%" in text or "{#" in text) and _CODE.search(text) is not None


def rendered(text: str, given: Variables, item: InputFile, unresolved: Unresolved) -> str:
    """The text of a template, or the template itself where it cannot be rendered (which counts as unresolved)."""
    try:
        import jinja2  # noqa: PLC0415 - an optional extra
    except ImportError:
        unresolved("Jinja: pip install 'alation-lineage[templates]'")
        return text
    context = Context(given, project_of(item), item, unresolved)
    environment = _environment(unresolved)
    try:
        _check_loops(environment, text)
        return _joined(environment.from_string(text).generate(context.names()))
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        unresolved(f"template: {type(error).__name__}: {' '.join(str(error).split())[:80]}")
        return text


def _joined(pieces: Iterable[str]) -> str:
    found: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > _MAX_CHARS:
            raise ValueError("it becomes too long")
        found.append(piece)
    return "".join(found)


class Context:
    """What a template may name: the variables, and dbt's functions over what its project's manifest tells."""

    def __init__(self, given: Variables, project: Project | None, item: InputFile, unresolved: Unresolved) -> None:
        self._given = given
        self._project = project
        self._item = item
        self._unresolved = unresolved

    def names(self) -> dict[str, Any]:
        """The names with what they stand for."""
        given = {str(k): v for k, v in self._given.tree.items() if k not in ("ref", "source")}
        dbt = {
            "ref": self._ref,
            "source": self._source,
            "var": self._var,
            "env_var": self._var,
            "config": lambda *_, **__: "",
            "is_incremental": lambda: False,
            "this": self._this(),
        }
        return {**dbt, **given}

    def _ref(self, *names: str, **_: object) -> str:
        return (
            self._told("ref", names)
            or (self._project and self._project.relation_of(str(names[-1])))
            or self._open(names)
        )

    def _source(self, *names: str) -> str:
        found = self._told("source", names) or (self._project and self._project.source_of(*map(str, names[:2])))
        return found or self._open(names)

    def _var(self, name: str, default: object = None) -> object:
        found = self._given.flat.get(f"vars.{name}", self._given.flat.get(name))
        if found is not None:
            return found
        return default if default is not None else self._open((name,))

    def _told(self, kind: str, names: tuple[str, ...]) -> str | None:
        """What the file of variables says of a model or source, under ``[ref]`` or ``[source.name]``."""
        return self._given.flat.get(".".join((kind, *map(str, names))))

    def _this(self) -> str:
        found = self._project.relation_of(Path(self._item.name).stem) if self._project else None
        return found or "${this}"

    def _open(self, names: tuple[str, ...]) -> str:
        name = ".".join(re.sub(r"\W", "_", str(n)) for n in names)
        self._unresolved(name)
        return f"${{{name}}}"


def _environment(unresolved: Unresolved) -> Any:
    import jinja2  # noqa: PLC0415 - an optional extra
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    class Open(jinja2.Undefined):
        """A name without a value, which stays open whatever is done with it."""

        def __str__(self) -> str:
            name = re.sub(r"\W", "_", str(self._undefined_name or "x"))
            unresolved(name)
            return f"${{{name}}}"

        def __getattr__(self, name: str) -> Any:
            if name[:2] == "__":
                raise AttributeError(name)
            return Open(name=f"{self._undefined_name}.{name}")

        def __getitem__(self, name: Any) -> Any:
            return Open(name=f"{self._undefined_name}.{name}")

        def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - whatever it is called with
            return self

    class Sandbox(ImmutableSandboxedEnvironment):
        """The sandbox of jinja2, that neither makes long texts of short ones."""

        intercepted_binops = frozenset({"*", "**", "%"})

        def wrap_str_format(self, value: Any) -> Any:
            if super().wrap_str_format(value) is not None:
                raise ValueError("texts are not formatted here")

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            is_long = isinstance(obj, str) and attr in _MAKE_LONG
            return not is_long and super().is_safe_attribute(obj, attr, value)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            sizes = [
                len(v) if isinstance(v, str | list | tuple) else abs(v)
                for v in (left, right)
                if isinstance(v, str | list | tuple | int | float)
            ]
            if operator == "%" and isinstance(left, str):
                raise ValueError("texts are not formatted here")
            if operator == "**" or (
                len(sizes) == 2 and sizes[0] * sizes[1] > _MAX_PRODUCT and not _are_numbers(left, right)
            ):
                raise ValueError("the result would be too large")
            return super().call_binop(context, operator, left, right)

    environment = Sandbox(undefined=Open, keep_trailing_newline=True, autoescape=False)
    environment.globals = {"range": _short_range}
    for name in ("format", "center", "indent", "filesizeformat", "pprint", "xmlattr", "urlize", "wordwrap", "tojson"):
        environment.filters.pop(name, None)
    return environment


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _short_range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _MAX_RANGE:
        raise ValueError(f"range is longer than {_MAX_RANGE:,}")
    return found


def _check_loops(environment: Any, text: str) -> None:
    """Loops within loops within loops are not run: they could take for ever."""
    from jinja2 import nodes  # noqa: PLC0415 - an optional extra

    def depth(node: Any) -> int:
        below = max((depth(child) for child in node.iter_child_nodes()), default=0)
        return below + isinstance(node, nodes.For)

    tree = environment.parse(text)
    if depth(tree) > _MAX_FOR_DEPTH or any(
        tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends))
    ):
        raise ValueError("loops nest too deep, or it loads other templates")
    if any(_calls_itself(macro) for macro in tree.find_all(nodes.Macro)):
        raise ValueError("a macro calls itself")


def _calls_itself(macro: Any) -> bool:
    from jinja2 import nodes  # noqa: PLC0415 - an optional extra

    return any(
        isinstance(call.node, nodes.Name) and call.node.name == macro.name for call in macro.find_all(nodes.Call)
    )
