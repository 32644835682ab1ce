"""What there is to say about a file: errors keep it from being published, warnings do not."""

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about one place; ``line`` counts from 1, 0 is the file as a whole."""

    path: str
    line: int
    severity: str
    message: str
    code: str = ""
    """What kind of fault, such as ``broken-link``; ``proofing.CODES`` lists them."""


class Fault(Exception):
    """A file cannot be published, for the reason that the message gives."""

    def __init__(self, line: int, message: str, code: str = "unreadable") -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.code = code

    def at(self, path: str) -> Remark:
        """Return what there is to say about the file at ``path``."""
        return Remark(path, self.line, ERROR, self.message, self.code)
