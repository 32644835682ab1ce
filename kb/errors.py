"""The ways a verb can refuse; each door turns them into its own kind of answer, once."""


class DomainError(Exception):
    """A verb could not do what was asked.

    ``message`` is one English sentence and a gettext msgid; ``params`` fill its ``%(name)s`` places.
    Doors translate first and fill after, so a translation never sees a user's text.
    """

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class Refused(DomainError):
    """The person may not do this (403, exit 1)."""


class NotFound(DomainError):
    """There is no such thing, or this person may not know of it (404, exit 1)."""

    def __init__(self, message: str = "There is nothing here.", **params: object) -> None:
        super().__init__(message, **params)


class Invalid(DomainError):
    """A value is wrong; ``field`` names which one (422, exit 1)."""

    def __init__(self, field: str, message: str, **params: object) -> None:
        self.field = field
        super().__init__(message, **params)


class Conflict(DomainError):
    """What was asked contradicts what is there by now (409, exit 1)."""


class TooMany(DomainError):
    """Asked too often; ``retry_after`` is in whole seconds (429, exit 1)."""

    def __init__(self, message: str, *, retry_after: int, **params: object) -> None:
        self.retry_after = retry_after
        super().__init__(message, **params)
