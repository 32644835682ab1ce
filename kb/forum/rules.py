"""Who may see and do what in the community: pure functions, and the one predicate for queries."""

from sqlalchemy import ColumnElement, and_, true

from kb.forum.models import Answer, CloseReason, Comment, Question, Status
from kb.people import rules as people_rules
from kb.people.models import Person

Post = Question | Answer | Comment

_CHOSEN_BY_HAND = (
    CloseReason.SOLVED_ELSEWHERE,
    CloseReason.NOT_SUPPORTED,
    CloseReason.AS_DESIGNED,
    CloseReason.CANNOT_REPRODUCE,
    CloseReason.DECLINED,
    CloseReason.OFF_TOPIC,
)


def visible_to(viewer: Person | None, *nouns: type[Post]) -> ColumnElement[bool]:
    """Return the condition under which rows of ``nouns`` may be seen: none of them hidden, but for moderators.

    Name every noun on the way up: an answer is seen when ``visible_to(viewer, Answer, Question)`` holds.
    """
    return visible(*nouns, hidden_too=moderates(viewer))


def visible(*nouns: type[Post], hidden_too: bool) -> ColumnElement[bool]:
    """Return that condition for those who see hidden rows too, or for everyone else."""
    return true() if hidden_too else and_(*(noun.hidden_at.is_(None) for noun in nouns))


def may_see(viewer: Person | None, *posts: Post) -> bool:
    """Say the same of rows at hand: the post first, then what it is under."""
    return moderates(viewer) or all(post.hidden_at is None for post in posts)


def may_ask(person: Person | None) -> bool:
    """Anyone who is signed in."""
    return person is not None


def may_answer(person: Person | None, question: Question) -> bool:
    """Anyone signed in, while the question is open."""
    return person is not None and is_open(question)


def may_comment(person: Person | None, question: Question, answer: Answer | None = None) -> bool:
    """Anyone signed in, while the question is open and what they comment on is not hidden."""
    return may_answer(person, question) and (answer is None or answer.hidden_at is None)


def may_edit(person: Person | None, post: Post, question: Question) -> bool:
    """The author, while the question is open and the post is not hidden; moderators always."""
    if person is None:
        return False
    return moderates(person) or (post.author_id == person.id and post.hidden_at is None and is_open(question))


def may_rate(person: Person | None, answer: Answer, question: Question) -> bool:
    """Anyone signed in but the answer's author; a closed question's answers can be rated too."""
    shown = answer.hidden_at is None and question.hidden_at is None
    return person is not None and shown and answer.author_id != person.id


def may_accept(person: Person | None, question: Question) -> bool:
    """The asker, an expert or a moderator, while the question is open. The same people may take it back."""
    if person is None or not is_open(question):
        return False
    return question.author_id == person.id or helps(person)


def may_me_too(person: Person | None, question: Question) -> bool:
    """Anyone signed in but the asker, also on a closed question: it counts how many are affected."""
    return person is not None and question.hidden_at is None and question.author_id != person.id


def close_reasons(person: Person | None, question: Question) -> tuple[CloseReason, ...]:
    """Return what ``person`` may close the question as: askers that they solved it, experts and moderators anything."""
    if person is None or not is_open(question):
        return ()
    if helps(person):
        return _CHOSEN_BY_HAND
    return (CloseReason.SOLVED_ELSEWHERE,) if question.author_id == person.id else ()


def may_reopen(person: Person | None, question: Question, closed_by_id: int | None) -> bool:
    """Experts and moderators; the asker when it was they who closed it."""
    if person is None or question.status != Status.CLOSED or question.hidden_at is not None:
        return False
    return helps(person) or question.author_id == person.id == closed_by_id


def may_mark_duplicate(person: Person | None, question: Question) -> bool:
    """Experts and moderators."""
    return person is not None and question.hidden_at is None and helps(person)


def may_hide(person: Person | None, post: Post, *, accepted: bool = False) -> bool:
    """Moderators hide anything; authors withdraw their own, but neither an answered question nor an accepted answer.

    Others' work hangs on those two.
    """
    if person is None or post.hidden_at is not None:
        return False
    if moderates(person):
        return True
    if post.author_id != person.id or accepted:
        return False
    return not (isinstance(post, Question) and post.answers_count)


def may_show(person: Person | None, post: Post) -> bool:
    """Moderators bring hidden posts back."""
    return post.hidden_at is not None and moderates(person)


def is_open(question: Question) -> bool:
    """Whether it takes answers and comments."""
    return question.status != Status.CLOSED and question.hidden_at is None


def moderates(person: Person | None) -> bool:
    """Whether there is a person and they moderate."""
    return person is not None and people_rules.is_moderator(person)


def helps(person: Person) -> bool:
    """Whether they are an expert or moderate."""
    return people_rules.is_expert(person) or people_rules.is_moderator(person)
