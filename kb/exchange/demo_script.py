"""What the example community says: threads read from the files in ``demo_threads``, and who takes part."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import yaml
from pydantic import ConfigDict, TypeAdapter

from kb.forum.models import CloseReason
from kb.people.models import Role

FOLDER = Path(__file__).parent / "demo_threads"
CUSTOMERS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One example person; ``key`` is what the files call them."""

    key: str
    name: str
    role: Role | None = None
    staff: bool = False
    signs_in: str = ""
    """What they are shown as in the list of passwords; empty for those nobody signs in as."""

    @property
    def handle(self) -> str:
        """The handle, which says that they are an example."""
        return f"example-{self.key}"


CAST = (
    *(
        Part(f"customer-{n}", f"Example customer {n}", signs_in="customer" if n == 1 else "")
        for n in range(1, CUSTOMERS + 1)
    ),
    Part("expert-1", "Example expert 1", Role.EXPERT, staff=True, signs_in="expert"),
    Part("expert-2", "Example expert 2", Role.EXPERT),
    Part("expert-3", "Example expert 3", Role.EXPERT, staff=True),
    Part("writer", "Example writer", Role.WRITER, staff=True, signs_in="writer"),
    Part("moderator", "Example moderator", Role.MODERATOR, staff=True, signs_in="moderator"),
)


class _Strict:
    """Makes a misspelt key in a file an error."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Remark(_Strict):
    """A comment, ``after`` so many hours from the question."""

    by: str
    after: float
    body: str


@dataclass(frozen=True, slots=True)
class Reply(_Strict):
    """An answer, who rated it, for whom it worked, and who accepted it."""

    by: str
    after: float
    body: str
    accepted: str = ""
    helpful: tuple[str, ...] = ()
    not_helpful: tuple[str, ...] = ()
    worked: tuple[str, ...] = ()
    comments: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing(_Strict):
    """That a moderator or an expert closed the question."""

    by: str
    after: float
    reason: CloseReason
    note: str


@dataclass(frozen=True, slots=True)
class Earlier(_Strict):
    """That the question repeats the one whose file entry has ``key``."""

    key: str
    by: str
    after: float


@dataclass(frozen=True, slots=True)
class FirstTitle(_Strict):
    """What the question was called before somebody improved it."""

    title: str
    changed_by: str
    after: float


@dataclass(frozen=True, slots=True)
class Scene(_Strict):
    """One thread, asked ``days`` before the site is filled."""

    title: str
    by: str
    days: float
    body: str
    tags: tuple[str, ...]
    key: str = ""
    me_too: tuple[str, ...] = ()
    comments: tuple[Remark, ...] = ()
    details: Remark | None = None
    """What an expert needs to know."""
    answers: tuple[Reply, ...] = ()
    closed: Closing | None = None
    duplicate_of: Earlier | None = None
    first_title: FirstTitle | None = None
    category: str = ""
    """Slug, given by the file's name."""


def scenes() -> list[Scene]:
    """Return every thread of every file; raises pydantic.ValidationError when a file says what it cannot mean."""
    return [scene for path in sorted(FOLDER.glob("*.yml")) for scene in _read(path)]


def _read(path: Path) -> list[Scene]:
    category = path.stem.replace("_", "-")
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return TypeAdapter(list[Scene]).validate_python([{**entry, "category": category} for entry in entries])
