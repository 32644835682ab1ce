"""What pages of the community are made of: frozen rows with every may_… answer already in them."""

from dataclasses import dataclass
from datetime import datetime

from kb.forum.models import CloseReason, Status
from kb.search.related import Alike

STATUS_WORDS: dict[Status, str] = {
    Status.NEEDS_ANSWER: "Needs an answer",
    Status.ANSWERED: "Answered",
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
    category_description: str


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag and how many visible questions carry it."""

    name: str
    questions_count: int

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
class CommentView:
    """One comment; its anchor on the page is ``comment-<id>``."""

    id: int
    html: str
    author: Who
    created_at: datetime
    edited_at: datetime | None
    hidden: bool
    """Only moderators ever get one that is hidden; the same goes for answers and questions."""
    hidden_why: str
    revisions: int
    may_edit: bool
    may_hide: bool
    may_show: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer with its comments; its anchor on the page is ``answer-<id>``."""

    id: int
    html: str
    author: Who
    created_at: datetime
    edited_at: datetime | None
    hidden: bool
    hidden_why: str
    revisions: int
    helpful_count: int
    ratings_count: int
    """Helpful and not helpful together: "27 of 31 found this helpful"."""
    my_rating: bool | None
    """Whether the reader found it helpful; None when they have not said."""
    accepted: bool
    accepted_by: str
    """Name of who accepted it; empty when it is not accepted or the acceptance was imported."""
    accepted_at: datetime | None
    comments: tuple[CommentView, ...]
    mine: bool
    may_rate: bool
    may_accept: bool
    may_unaccept: bool
    may_comment: bool
    may_edit: bool
    may_hide: bool
    may_show: bool


@dataclass(frozen=True, slots=True)
class ClosureView:
    """Why a question takes no more answers."""

    reason: CloseReason
    words: str
    note: str
    by: str
    """Name of who closed it; empty when that was an import."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """Another question, as a title and a link."""

    id: int
    title: str
    address: str
    status: Status
    status_words: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A question and one page of its answers, as one reader may see it."""

    id: int
    title: str
    slug: str
    address: str
    html: str
    author: Who
    category: Place
    tags: tuple[str, ...]
    status: Status
    status_words: str
    created_at: datetime
    edited_at: datetime | None
    active_at: datetime
    solved_at: datetime | None
    hidden: bool
    hidden_why: str
    revisions: int
    answers_count: int
    me_too_count: int
    comments: tuple[CommentView, ...]
    answers: tuple[AnswerView, ...]
    accepted_id: int | None
    """Id of the accepted answer, whichever page it is on (it is the first of page 1)."""
    page: int
    pages: int
    closure: ClosureView | None
    duplicate_of: Link | None
    duplicates: tuple[Link, ...]
    """Up to ten questions that were asked again."""
    mine: bool
    following: bool
    said_me_too: bool
    may_answer: bool
    may_comment: bool
    may_edit: bool
    may_me_too: bool
    may_follow: bool
    close_reasons: tuple[CloseReason, ...]
    """What the reader may close it as; none when they may not. ``CLOSE_WORDS`` has the words."""
    may_close: bool
    may_reopen: bool
    may_mark_duplicate: bool
    may_hide: bool
    may_show: bool
    related: tuple[Alike, ...]
    """Articles, then questions, that are about the same."""
    answered_elsewhere: tuple[Alike, ...]
    """Those of them that may answer this one; none unless it needs an answer and the reader may say it was asked."""


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One state of a post. ``number`` counts from 1, the first text; the last is what the post says now."""

    number: int
    body_md: str
    title: str
    """Empty for answers and comments; so are ``tags`` and ``category``."""
    tags: tuple[str, ...]
    category: str
    by: Who
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All states of a post, newest first."""

    kind: str
    """``question``, ``answer`` or ``comment``."""
    id: int
    question_title: str
    address: str
    """Of the post in its thread."""
    revisions: tuple[RevisionView, ...]


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
class PersonPosts:
    """What one person asked and answered, newest first; each list has pages of its own size-30 slices."""

    questions: tuple[QuestionRow, ...]
    answers: tuple[PersonAnswer, ...]
    questions_count: int
    answers_count: int
    accepted_count: int
    helpful_count: int
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
