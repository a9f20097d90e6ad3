"""From files to records: which files there are, what format each is in, and what it holds.

``find_inputs`` lists the files of a source, ``recognise`` says how one would be read, ``read_file`` reads it.
"""

from extractor.sources.archives import expand, open_input, stream_of
from extractor.sources.called_scripts import called_scripts
from extractor.sources.discovery import find_inputs
from extractor.sources.interface import MAX_STATEMENT_BYTES, Candidate, FileStats, InputFile, Recognition, SourceFormat
from extractor.sources.proposals import Proposal, propose_fields
from extractor.sources.pruning import is_outside
from extractor.sources.reader import FileReader, read_file, read_files
from extractor.sources.recognition import recognise
from extractor.sources.registry import FORMATS, format_named
from extractor.sources.rotation import logs_of
from extractor.sources.scripts import SCRIPTS

__all__ = [
    "FORMATS",
    "MAX_STATEMENT_BYTES",
    "SCRIPTS",
    "Candidate",
    "FileReader",
    "FileStats",
    "InputFile",
    "Proposal",
    "Recognition",
    "SourceFormat",
    "called_scripts",
    "expand",
    "find_inputs",
    "format_named",
    "is_outside",
    "logs_of",
    "open_input",
    "propose_fields",
    "read_file",
    "read_files",
    "recognise",
    "stream_of",
]
