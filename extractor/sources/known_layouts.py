"""The known layouts as formats of their own, in JSON or with columns: of tools, and of databases' history tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from extractor.sources.columns import Layout
from extractor.sources.delimited import read_table, shape_of
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_documents import objects_of, read_documents
from extractor.sources.json_lines import is_one_a_line, read_rows, sample_keys
from extractor.sources.layouts import LAYOUTS, layout_of


def _is_json(sample: Sample) -> bool:
    return sample.text.lstrip()[:1] in ("{", "[")


@lru_cache(maxsize=2)  # every layout asks
def names_in(sample: Sample) -> list[str]:
    """The names of the columns: those of the JSON objects, or of the header."""
    if _is_json(sample):
        return sample_keys(objects_of(sample))
    shape = shape_of(sample)
    is_named = shape is not None and (
        shape.has_header or shape.names == tuple(sample.source.columns if sample.source else ())
    )
    return list(shape.names) if shape is not None and is_named else []


def _format_of(layout: Layout) -> SourceFormat:
    def judge(sample: Sample) -> Verdict:
        if sample.source is not None and sample.source.fields:
            return Verdict(0, "the source has its own fields")
        names = names_in(sample)
        if layout_of(names) is layout:
            return Verdict(0.95, f"its columns are those of {layout.title}: {', '.join(names[:8])}")
        return Verdict(0, f"the columns {', '.join(sorted(layout.signs))} are not all there, or others are")

    def read(reading: Reading) -> Iterator[Item]:
        if not _is_json(reading.sample):
            return read_table(reading, layout)
        if is_one_a_line(reading.sample):
            return read_rows(reading, layout)
        return read_documents(reading, layout)

    return SourceFormat(layout.name, layout.title, judge, read)


FORMATS = tuple(_format_of(layout) for layout in LAYOUTS)
