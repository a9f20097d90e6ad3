"""What is wrong with a configuration, in the words of who wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_WORDS = {
    "extra_forbidden": "there is no such setting",
    "missing": "this setting is missing",
    "url_parsing": "this is no URL; write it whole, with https://",
}


def problems_in_words(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """A line for each problem: the setting, what is wrong, and the setting that was likely meant."""
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        place = problem["loc"]
        words = _WORDS.get(problem["type"], problem["msg"])
        if problem["type"] == "extra_forbidden":
            words += _meant(model, place)
        yield f"{'.'.join(map(str, place)) or 'the file'}: {words}"


def _meant(model: type[BaseModel], place: Sequence[int | str]) -> str:
    """``; did you mean paths?``, where one of the settings of that place is spelled nearly so."""
    holder: type[BaseModel] | None = model
    for part in place[:-1]:
        if isinstance(part, str) and holder is not None:
            field = holder.model_fields.get(part)
            holder = next(_models(field.annotation), None) if field is not None else None
    near = get_close_matches(str(place[-1]), holder.model_fields, n=1) if holder is not None else []
    return f"; did you mean {near[0]}?" if near else ""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
