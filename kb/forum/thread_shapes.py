"""What the page of one thread is made of: frozen, with every may_… answer already in it."""

from dataclasses import dataclass
from datetime import datetime

from kb.forum.models import CloseReason, Status
from kb.forum.queue.desk_shapes import Desk
from kb.forum.shapes import Place, Who
from kb.search.related import Alike


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
class Talk:
    """The comments on one post that its thread shows, and how many there are in all."""

    rows: tuple[CommentView, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class TalkPage:
    """A page of all comments on one post, the oldest first."""

    rows: tuple[CommentView, ...]
    total: int
    page: int
    pages: int


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
    my_reason: str
    """The RatingReason with which the reader found it not helpful; "" without one."""
    worked_count: int
    failed_count: int
    worked_with: tuple[str, ...]
    """Up to three versions that it worked with, most often named first."""
    my_trial: bool | None
    """Whether it worked for the reader; None when they have not said."""
    my_version: str
    """Of what the reader tried it with, in their words."""
    outdated_at: datetime | None
    outdated_why: str
    """``readers`` or ``article``; "" while it is not outdated."""
    folded: bool
    """Whether it is shown by its first line alone, because most readers say that it does not help."""
    likely: bool
    """Whether it is what likely solved the question."""
    accepted: bool
    accepted_by: str
    """Name of who accepted it; empty when it is not accepted or the acceptance was imported."""
    accepted_at: datetime | None
    talk: Talk
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
class Merged:
    """A question whose answers and comments were moved here: what it said itself."""

    id: int
    title: str
    html: str
    asker: Who
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An answer of the question that was asked first, as the one that was asked again shows it."""

    id: int
    html: str
    author: Who
    created_at: datetime
    accepted: bool
    helpful_count: int
    ratings_count: int

    @property
    def address(self) -> str:
        """Where it stands in its own thread."""
        return f"/answers/{self.id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """That the asker was asked for details, by whom and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who is working on an answer, and until when."""

    person_id: int
    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Adopted:
    """The article that the thread, or one of its answers, became."""

    title: str
    address: str
    answer_id: int | None


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
    audience: str
    """``public``, ``members`` or ``staff``."""
    archived_at: datetime | None
    """Since when it takes no replies, for having been quiet; a reply opens a question that continues it."""
    answers_count: int
    me_too_count: int
    talk: Talk
    """What is said about the question itself."""
    answers: tuple[AnswerView, ...]
    accepted_id: int | None
    """Id of the accepted answer, whichever page it is on (it is the first of page 1)."""
    likely_id: int | None
    """Id of the answer that likely solved it; it comes first where none is accepted."""
    page: int
    pages: int
    closure: ClosureView | None
    duplicate_of: Link | None
    first_answers: tuple[Excerpt, ...]
    """The best answers of ``duplicate_of``, at most three, to be read in place."""
    duplicates: tuple[Link, ...]
    """Up to ten questions that were asked again."""
    duplicate_votes: int
    """How many experienced members say that this one was asked before."""
    continues: Link | None
    """The question that this one goes on from, or was split from."""
    continued_by: tuple[Link, ...]
    """Up to ten questions that go on from this one."""
    merged: tuple[Merged, ...]
    """Up to ten questions that were merged into this one."""
    asked_for_details: Asked | None
    claim: Claimed | None
    """Only for readers who help here."""
    adopted: Adopted | None
    mine: bool
    helps: bool
    """Whether the reader is an expert here or moderates."""
    desk: Desk | None
    """What only those are shown."""
    follow_level: str
    """How the reader follows: ``each``, ``digest``, ``none``; "" when they do not."""
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
    may_vote_duplicate: bool
    """Whether the reader's word counts, together with two others', as a mark."""
    may_move_posts: bool
    """Whether they may merge the question with another, and split it."""
    may_make_article: bool
    """Whether they may draft an article from what is here."""
    may_continue: bool
    """Whether a reply would open a question that goes on from this one; visitors may, and join on the way."""
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
