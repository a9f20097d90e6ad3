"""Which format a file is in, by its content; and words for a file that is in none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from extractor.config import SourceSettings
from extractor.sources.envelopes import envelopes_in, unwrapped_head
from extractor.sources.interface import Candidate, InputFile, Recognition, Sample
from extractor.sources.opening import SAMPLE_BYTES, OpenFile
from extractor.sources.registry import FORMATS

_SURE_ENOUGH = 0.3
_SURE_OF_XML = 0.9
"""XML is no script, whatever SQL is in it: only a format that is XML itself may take it."""
_XML = "<?xml"
_MAGIC = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive within another, or an Office document: unpack it"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"ORC", "an ORC file"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it"),
    (b"<!DOCTYPE", "an HTML page"),
    (b"<html", "an HTML page"),
)
_BINARY = {
    ".xel": "SQL Server's Extended Events: export it with SELECT * FROM sys.fn_xe_file_target_read_file('x*.xel',"
    " NULL, NULL, NULL)",
    ".trc": "SQL Server's trace: export it with SELECT * FROM sys.fn_trace_gettable('x.trc', DEFAULT)",
    ".sqlaudit": "SQL Server's audit: export it with SELECT * FROM sys.fn_get_audit_file('x*.sqlaudit', NULL, NULL)",
}
"""Files of these names that are no text, and how to make a readable file of them."""
_CONTROLS = bytes(range(9)) + b"\x0b" + bytes(range(0x0E, 0x1A)) + bytes(range(0x1C, 0x20)) + b"\x7f"
_TAR_AT = 257
_SQL_WORDS = re.compile(
    r"\b(?:insert\s+into|create\s+table|select\s.{1,2000}?\sfrom|merge\s+into)\b", re.IGNORECASE | re.DOTALL
)


def recognise(file: Path | InputFile, source: SourceSettings | None = None) -> Recognition:
    """Say which format a file would be read as, why, and what the other formats had against it.

    Settings of ``source`` that help to read (fields, log_line_prefix, encoding) are taken into account; its
    ``format`` is not. A file that cannot be opened gives a recognition without a format.
    """
    try:
        item = file if isinstance(file, InputFile) else InputFile(file, file.name)
        with OpenFile(item, source.encoding if source else "utf-8") as opened:
            return recognise_sample(sample_of([opened], source), opened)
    except (OSError, LookupError) as error:
        return Recognition("", f"cannot be opened: {getattr(error, 'strerror', None) or error}")


def sample_of(files: Sequence[OpenFile], source: SourceSettings | None) -> Sample:
    """The beginning of an open file, or of a log in several files."""
    data = b""
    for opened in files:
        data += opened.head
        if not opened.is_whole or len(data) > SAMPLE_BYTES:
            break
    if files[0].envelope is not None:
        data = unwrapped_head(files[0].envelope, data, files[0].written_at)
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    if len(lines) > 1 and (not opened.is_whole or not lines[-1]):
        lines.pop()
    first = files[0]
    return Sample(first.name, data, text, tuple(lines), opened.is_whole, source, first.item, first.raw_head)


def recognise_sample(sample: Sample, opened: OpenFile) -> Recognition:
    """As `recognise`, for a file that is open."""
    wrappers, encoding = opened.stats.wrappers, opened.stats.encoding
    for known in FORMATS:
        if not known.is_text and (told := known.judge(sample)).confidence > _SURE_ENOUGH:
            return Recognition(known.name, told.reason, told.confidence, (), wrappers, encoding)
    if (what := _no_text(opened.raw_head, sample)) is not None:
        reason = "; ".join(words for words in (opened.damage, what if opened.raw_head else "") if words) or what
        return Recognition("", reason, wrappers=wrappers, encoding=encoding)
    verdicts = [(f, f.judge(sample)) for f in FORMATS]
    verdicts.sort(key=lambda pair: -pair[1].confidence)
    candidates = tuple(Candidate(f.name, v.confidence, v.reason) for f, v in verdicts)
    best, verdict = verdicts[0]
    if verdict.confidence < (_SURE_OF_XML if sample.text.startswith(_XML) else _SURE_ENOUGH):
        return Recognition("", _words_for_text(sample), 0.0, candidates, wrappers, encoding)
    signature = "" if best.ways_of is None else f"{best.name}/{best.ways_of(sample)}/{'/'.join(envelopes_in(wrappers))}"
    return Recognition(best.name, verdict.reason, verdict.confidence, candidates, wrappers, encoding, signature)


def _no_text(raw: bytes, sample: Sample) -> str | None:
    """What a file is that is no text at all, or None."""
    if not raw:
        return "the file is empty"
    for magic, words in _MAGIC:
        if raw.startswith(magic):
            return f"it is {words}"
    if b"\0" in raw and b"<" not in raw[:4] and (how := _BINARY.get(PurePath(sample.name).suffix.lower())):
        return f"it is {how}"
    if raw[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "it is a tar archive within another: unpack it"
    if not sample.text.strip():
        return "nothing but blanks is in the file"
    if len(sample.data.translate(None, _CONTROLS)) < 0.95 * len(sample.data):
        return f"it is no text: its first bytes are {raw[:8].hex(' ')}"
    if sample.text.count("\ufffd") > 0.3 * len(sample.text):
        return f"it is no text in UTF-8 (set encoding?): its first bytes are {raw[:8].hex(' ')}"
    return None


def _words_for_text(sample: Sample) -> str:
    """Words for a text that no format takes; the text itself may be secret and is not quoted."""
    first = next((line for line in sample.lines if line.strip()), "")
    if first.lstrip()[:1] in ("{", "["):
        kind = "JSON without a column that is known to hold SQL (set fields.sql)"
    elif first.lstrip().startswith(_XML):
        kind = "XML, in which no format of ours was found"
    elif first.lstrip().startswith("<"):
        kind = "XML or HTML"
    elif _SQL_WORDS.search(sample.text):
        kind = "text with words of SQL in no form that is known (set format, fields.sql or log_line_prefix)"
    elif first[:4].isdecimal() or first[:1] == "[" or first[:5].endswith(" "):
        kind = "a log, by its first line, of which no line carries SQL in a way that is known"
    else:
        kind = "text in which no statement was found"
    return f"no format fits: it is {kind}; its first line has {len(first)} characters"
