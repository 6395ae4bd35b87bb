"""Every exception Vouch raises on purpose, as one tree.

It does not know who raises them or how they are shown.

    VouchError
    ├── UsageError                 what the user wrote cannot be used
    │   ├── ConfigError            vouch.toml, a setting, a missing key
    │   ├── AppError               an App, Proof or Gate declared wrongly
    │   ├── ToolError              a tool declared wrongly
    │   ├── PromptError            a prompt file or its variables
    │   └── CaseError              a file of cases
    ├── ModelError                 a model did not answer
    │   ├── BadRequest             the provider refused the request as written
    │   │   ├── ContextTooLong     more tokens than the model takes
    │   │   └── ContentFiltered    refused by the provider's content policy
    │   ├── Unauthorized           no key, a wrong key, or not allowed
    │   ├── ModelNotFound          no such model at this address
    │   ├── RateLimited            too many requests (retryable)
    │   ├── QuotaExhausted         the account has no money left
    │   ├── Overloaded             the provider failed, 5xx (retryable)
    │   ├── ModelTimeout           no answer in time (retryable)
    │   ├── ConnectionFailed       no connection, or it broke (retryable)
    │   ├── MalformedAnswer        an answer that cannot be read (retryable)
    │   └── ReplayMiss             no recorded answer for this request
    ├── RequestRefused             the gateway turns a request away
    ├── StoreError                 the database
    │   ├── StoreNewer             written by a newer Vouch
    │   ├── StoreCorrupt           not a database, or damaged
    │   ├── StoreFull              no space left
    │   ├── StoreReadOnly          no permission to write
    │   └── StoreBusy              locked by another process
    └── JournalError               the record of runs
        ├── RunNotFound            no run of this id
        ├── RunConflict            another process writes the same run
        └── EventUnreadable        an event that this Vouch does not know

Every message says what was given, what was wanted and what to do next.
"""


class VouchError(Exception):
    """Base of all errors that Vouch raises on purpose."""


class UsageError(VouchError):
    """What the user wrote cannot be used as it stands."""


class ConfigError(UsageError):
    """A project file, a setting or a key is missing or wrong."""


class AppError(UsageError):
    """An App, Proof or Gate is declared wrongly."""


class ToolError(UsageError, TypeError):
    """A tool is declared wrongly."""


class PromptError(UsageError):
    """A prompt file, or the variables given to it, are wrong."""


class CaseError(UsageError):
    """A file of cases cannot be read."""


class ModelError(VouchError):
    """A model did not answer.

    `retryable` says whether the same request may succeed later; `retry_after` is the provider's own wish, in seconds;
    `status` is the HTTP status, where there was one.
    """

    retryable = False

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class BadRequest(ModelError):
    """The provider refused the request as it was written."""


class ContextTooLong(BadRequest):
    """The request holds more tokens than the model takes."""


class ContentFiltered(BadRequest):
    """The provider's content policy refused the request or the answer."""


class Unauthorized(ModelError):
    """The key is missing, wrong, or not allowed to use this model."""


class ModelNotFound(ModelError):
    """There is no such model at this address."""


class RateLimited(ModelError):
    """Too many requests or tokens in too short a time."""

    retryable = True


class QuotaExhausted(ModelError):
    """The account has no money or quota left: waiting does not help."""


class Overloaded(ModelError):
    """The provider failed on its side."""

    retryable = True


class ModelTimeout(ModelError):
    """No answer within the time allowed."""

    retryable = True


class ConnectionFailed(ModelError):
    """No connection could be made, or it broke before the answer was whole."""

    retryable = True


class MalformedAnswer(ModelError):
    """The provider answered something that is not in its own format."""

    retryable = True


class ReplayMiss(ModelError):
    """The recorded runs hold no answer to this request."""


class RequestRefused(VouchError):
    """The gateway turns a request away.

    `status` is the HTTP status, `code` the reason as one word for programs, `retry_after` how many seconds to wait.
    """

    def __init__(
        self, message: str, *, status: int = 400, code: str = "refused", retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class StoreError(VouchError):
    """The database cannot be used."""


class StoreNewer(StoreError):
    """The database was written by a newer Vouch."""


class StoreCorrupt(StoreError):
    """The file is not a database, or is damaged."""


class StoreFull(StoreError):
    """There is no space left to write to."""


class StoreReadOnly(StoreError):
    """The database or its folder may not be written to."""


class StoreBusy(StoreError):
    """Another process held the database for too long."""


class JournalError(VouchError):
    """The record of runs cannot be used as asked."""


class RunNotFound(JournalError):
    """There is no run of this id."""


class RunConflict(JournalError):
    """Another process has written to the same run."""


class EventUnreadable(JournalError):
    """An event that this Vouch cannot read."""
