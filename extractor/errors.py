"""Every error a caller can meet, one class per decision that a caller could take.

LineageError
├── ConfigError            the configuration or the command line is wrong (exit code 2)
│   └── SecretInConfig     a secret stands in the TOML file
├── SourceError            a file cannot be read at all; the others go on
├── StatementError         one statement costs itself, never the run
│   ├── NotParsed          the dialect's parser refuses it
│   ├── Unsupported        it is parsed, but no lineage rule covers it
│   ├── TooLarge           it passes a limit of size, depth or memory
│   └── TimedOut           it passes the limit in seconds
├── EngineFailed           no worker process can be started
├── OutputError            a file for people cannot be written, or a graph cannot be read
├── CatalogError           the catalog cannot be read
├── StateError             the state is locked, damaged or of another version
│   ├── StateBusy          another process holds it
│   └── StatePassed        a plan was made from another state
└── AlationError           the wire: Alation, or Data Observability beside it
    ├── Unreachable        no answer: connection, TLS, time-out
    ├── AuthenticationFailed   the token is missing, wrong or expired
    ├── RoleMissing        the token is good, its role is not (403)
    ├── Throttled          429 after all retries
    ├── Paused             no request may be sent now, by the configured hours
    ├── Rejected           the request is wrong (400, 404), with Alation's own code
    └── JobFailed          the request was taken, its job failed, vanished or never ended
"""

from __future__ import annotations


class LineageError(Exception):
    """Base of all errors of this package; ``str(error)`` says what, where and what to do."""


class ConfigError(LineageError):
    """The configuration or the command line is wrong."""


class SecretInConfig(ConfigError):
    """A secret stands in the TOML file, where it must not be."""


class OutputError(LineageError):
    """A file for people or other tools cannot be written, or one that is to be compared cannot be read."""


class SourceError(LineageError):
    """A file cannot be read; it costs itself and one line in the report."""


class StatementError(LineageError):
    """One statement cannot be analysed; it costs itself and nothing else."""


class NotParsed(StatementError):
    """The dialect's parser refuses the statement."""


class Unsupported(StatementError):
    """The statement is parsed, but no lineage rule covers it."""


class TooLarge(StatementError):
    """The statement passes a limit of size, nesting depth or memory."""


class TimedOut(StatementError):
    """The analysis of the statement took longer than the limit."""


class EngineFailed(LineageError):
    """No worker process can be started; no statement is to blame, and nothing was sent."""


class CatalogError(LineageError):
    """The catalog of a data source cannot be read."""


class UnwritableKey(LineageError):
    """No Alation key can be written for a name, or a key's parts cannot be told apart."""


class StateError(LineageError):
    """The state is locked, damaged or of another version."""


class StateBusy(StateError):
    """Another process holds the state."""


class StatePassed(StateError):
    """A saved plan was made from a state that is no longer the present one."""


class AlationError(LineageError):
    """A call to Alation, or to Data Observability, failed.

    Attributes:
        status: the HTTP status, or None when there was no answer.
        code: Alation's own error code as a string, such as ``"400010"``, or None.
    """

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Unreachable(AlationError):
    """No answer came: connection, TLS or time-out."""


class AuthenticationFailed(AlationError):
    """The token is missing, wrong or expired."""


class RoleMissing(AlationError):
    """The token is good, but its role does not allow the call."""


class Throttled(AlationError):
    """Alation kept answering 429 until the retries ran out."""


class Paused(AlationError):
    """No request may be sent to Alation now; the configured hours begin again later."""


class Rejected(AlationError):
    """Alation refuses the request as wrong."""


class JobFailed(AlationError):
    """The request was taken, but its job failed, vanished or did not end in time."""
