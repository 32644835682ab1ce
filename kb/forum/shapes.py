"""What pages of the community are made of: frozen rows with every may_… answer already in them."""

from dataclasses import dataclass
from datetime import datetime

from kb.forum.models import CloseReason, Status

STATUS_WORDS: dict[Status, str] = {
    Status.NEEDS_ANSWER: "Needs an answer",
    Status.NEEDS_INFO: "Needs details",
    Status.ANSWERED: "Answered",
    Status.LIKELY_SOLVED: "Likely solved",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
}
"""English msgids; a template puts them through gettext."""

CLOSE_WORDS: dict[CloseReason, str] = {
    CloseReason.SOLVED_ELSEWHERE: "Closed: solved elsewhere",
    CloseReason.NOT_SUPPORTED: "Closed: not supported",
    CloseReason.AS_DESIGNED: "Closed: works as designed",
    CloseReason.CANNOT_REPRODUCE: "Closed: cannot be reproduced",
    CloseReason.DECLINED: "Closed: declined",
    CloseReason.OFF_TOPIC: "Closed: off topic",
    CloseReason.DUPLICATE: "Closed: asked before",
    CloseReason.NO_REPLY: "Closed: the asker did not come back",
    CloseReason.MERGED: "Closed: moved to another question",
    CloseReason.IMPORTED: "Closed where it came from",
}


@dataclass(frozen=True, slots=True)
class Who:
    """A person beside what they wrote."""

    id: int
    handle: str
    name: str
    staff: bool
    expert: bool
    photo: str = ""
    """Name of the upload that shows them, "" for their initials."""

    @property
    def address(self) -> str:
        """The profile."""
        return f"/people/{self.handle}"


@dataclass(frozen=True, slots=True)
class Place:
    """A category, as a name and a link."""

    slug: str
    name: str

    @property
    def address(self) -> str:
        """Its list of questions."""
        return f"/categories/{self.slug}"


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question in a list."""

    id: int
    title: str
    address: str
    status: Status
    status_words: str
    category: Place
    tags: tuple[str, ...]
    asker: Who
    created_at: datetime
    active_at: datetime
    solved_at: datetime | None
    answers_count: int
    me_too_count: int
    extract: str
    """Plain text, at most 200 characters."""


@dataclass(frozen=True, slots=True)
class QuestionList:
    """One page of a list. ``total`` stops counting at ``listing.MOST_COUNTED``; ``more`` says that it did."""

    rows: tuple[QuestionRow, ...]
    page: int
    pages: int
    total: int
    more: bool
    tab: str
    tag: str | None
    category: Place | None


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag, how many questions that everybody sees carry it, and what it is for."""

    name: str
    questions_count: int
    description: str = ""

    @property
    def address(self) -> str:
        """Its list of questions; ``#`` and ``+`` are escaped."""
        return tag_address(self.name)


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category and how many visible questions it holds."""

    id: int
    slug: str
    name: str
    description: str
    questions_count: int

    @property
    def address(self) -> str:
        """Its list of questions."""
        return f"/categories/{self.slug}"


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """One answer in a person's profile."""

    id: int
    address: str
    question_title: str
    extract: str
    created_at: datetime
    accepted: bool
    helpful_count: int
    ratings_count: int


@dataclass(frozen=True, slots=True)
class Credit:
    """An article that was made of somebody's answer."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class PersonPosts:
    """What one person asked and answered, newest first; each list has pages of its own size-30 slices."""

    questions: tuple[QuestionRow, ...]
    answers: tuple[PersonAnswer, ...]
    questions_count: int
    answers_count: int
    accepted_count: int
    helpful_count: int
    readers: int
    """How often questions were opened that one of their answers helped with."""
    articles: tuple[Credit, ...]
    """What became of their answers, newest first."""
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class HomeRows:
    """The community on the front page."""

    needs_answer: tuple[QuestionRow, ...]
    just_solved: tuple[QuestionRow, ...]
    helpers: tuple["Helper", ...]
    """Who helped in the last 30 days, most accepted first."""


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody whose answers helped lately."""

    who: Who
    answers_count: int
    accepted_count: int


def question_address(question_id: int, slug: str) -> str:
    """Return the path of a thread."""
    return f"/questions/{question_id}/{slug}"


def tag_address(name: str) -> str:
    """Return the path of a tag's list; ``c#`` and ``c++`` need escaping."""
    return "/tags/" + name.replace("#", "%23").replace("+", "%2B")


def words_of(status: Status, reason: CloseReason | None = None) -> str:
    """Return the msgid that says where a question stands, with the reason where it is closed."""
    if status == Status.CLOSED and reason is not None:
        return CLOSE_WORDS[reason]
    return STATUS_WORDS[status]
