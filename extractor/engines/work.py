"""The pure function that every engine runs: one task in, one answer out, no exception for a bad statement."""

from __future__ import annotations

import dialects
from extractor import lineage
from extractor.engines.interface import Answer, Limits, Task
from extractor.errors import NotParsed, StatementError, TooLarge
from extractor.models import Outcome


def analyse(task: Task, limits: Limits) -> Answer:
    """Parse and outline one statement; whatever it does wrong becomes its outcome."""
    try:
        return Answer(task.fingerprint, _outline(task, limits))
    except TooLarge as error:
        return Answer(task.fingerprint, None, Outcome.TOO_LARGE, str(error))
    except (NotParsed, RecursionError) as error:
        return Answer(task.fingerprint, None, Outcome.NOT_PARSED, str(error) or "nested too deeply")
    except StatementError as error:
        return Answer(task.fingerprint, None, Outcome.UNSUPPORTED, str(error))
    except MemoryError:
        return Answer(task.fingerprint, None, Outcome.TOO_LARGE, f"needs more than {limits.memory_mb} MB")
    except Exception as error:  # noqa: BLE001 - a defect met by one statement must not cost the others
        reason = f"the analysis failed ({type(error).__name__}); please report the statement"
        return Answer(task.fingerprint, None, Outcome.NOT_PARSED, reason)


def _outline(task: Task, limits: Limits) -> bytes:
    outline = lineage.outline(task.text, dialects.get(task.dialect), max_nesting=limits.nesting)
    return lineage.dump(outline)
