"""Who may see and do what in the community: pure functions, and the one predicate for queries."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, true

from kb.esteem import trust
from kb.forum.models import Answer, CloseReason, Comment, Question, Status
from kb.people import rules as people_rules
from kb.people.models import Person
from kb.people.rules import Reader

Post = Question | Answer | Comment
EVERYBODYS = ("public",)
EVERY = ("public", "members", "staff")
"""The audiences of categories."""

_CHOSEN_BY_HAND = (
    CloseReason.SOLVED_ELSEWHERE,
    CloseReason.NOT_SUPPORTED,
    CloseReason.AS_DESIGNED,
    CloseReason.CANNOT_REPRODUCE,
    CloseReason.DECLINED,
    CloseReason.OFF_TOPIC,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of the community; many share one, so a statement made for it is put together once for all."""

    audiences: tuple[str, ...]
    hidden_too: bool


def sight(viewer: Reader | None) -> Sight:
    """Return what ``viewer`` sees."""
    return Sight(audiences(viewer), moderates(viewer))


def finds(viewer: Reader | None) -> Sight:
    """Return what lists and search show ``viewer``: nothing that is hidden, even if they moderate."""
    return Sight(audiences(viewer), hidden_too=False)


def audiences(viewer: Reader | None) -> tuple[str, ...]:
    """Return the audiences of categories that ``viewer`` belongs to; moderators keep order in all of them."""
    return EVERY if moderates(viewer) else people_rules.audiences(viewer)


def visible_to(viewer: Reader | None, *nouns: type[Post]) -> ColumnElement[bool]:
    """Return the condition under which rows of ``nouns`` may be seen: for ``viewer``'s audience, and not hidden.

    Name every noun on the way up: an answer is seen when ``visible_to(viewer, Answer, Question)`` holds. Moderators
    see what is hidden.
    """
    return visible(*nouns, sight=sight(viewer))


def visible(*nouns: type[Post], sight: Sight) -> ColumnElement[bool]:
    """Return that condition for all who see as much."""
    shown = [] if sight.hidden_too else [noun.hidden_at.is_(None) for noun in nouns]
    meant = [Question.audience.in_(sight.audiences)] if Question in nouns else []
    return and_(true(), *meant, *shown)


def may_see(viewer: Reader | None, *posts: Post) -> bool:
    """Say the same of rows at hand: the post first, then what it is under."""
    if not all(post.audience in audiences(viewer) for post in posts if isinstance(post, Question)):
        return False
    return moderates(viewer) or all(post.hidden_at is None for post in posts)


def may_ask(person: Person | None) -> bool:
    """Anyone who is signed in."""
    return person is not None


def may_answer(person: Person | None, question: Question) -> bool:
    """Anyone signed in, while the question takes replies."""
    return person is not None and takes_replies(question)


def may_comment(person: Person | None, question: Question, answer: Answer | None = None) -> bool:
    """Anyone signed in, while the question takes replies and what they comment on is not hidden."""
    return may_answer(person, question) and (answer is None or answer.hidden_at is None)


def may_edit(person: Person | None, post: Post, question: Question) -> bool:
    """The author, while the question is open and the post is not hidden; moderators always.

    Trusted members edit questions and answers of others as well: a comment is what somebody said.
    """
    if person is None:
        return False
    if moderates(person):
        return True
    if post.hidden_at is not None or not is_open(question):
        return False
    return post.author_id == person.id or (not isinstance(post, Comment) and trust.may(person, "edit"))


def may_rate(person: Person | None, answer: Answer, question: Question) -> bool:
    """Anyone signed in but the answer's author; a closed question's answers can be rated too."""
    shown = answer.hidden_at is None and question.hidden_at is None
    return person is not None and shown and answer.author_id != person.id


def may_accept(person: Person | None, question: Question) -> bool:
    """The asker, an expert or a moderator, while the question is open. The same people may take it back."""
    if person is None or not is_open(question):
        return False
    return question.author_id == person.id or helps(person, question)


def may_me_too(person: Person | None, question: Question) -> bool:
    """Anyone signed in but the asker, also on a closed question: it counts how many are affected."""
    return person is not None and question.hidden_at is None and question.author_id != person.id


def close_reasons(person: Person | None, question: Question) -> tuple[CloseReason, ...]:
    """Return what ``person`` may close the question as: askers that they solved it, experts and moderators anything."""
    if person is None or not is_open(question):
        return ()
    if helps(person, question):
        return _CHOSEN_BY_HAND
    return (CloseReason.SOLVED_ELSEWHERE,) if question.author_id == person.id else ()


def may_reopen(person: Person | None, question: Question, closed_by_id: int | None, reason: str | None = None) -> bool:
    """Those who help here; the asker when it was they who closed it, or when it was closed for want of a reply."""
    if person is None or question.status != Status.CLOSED or question.hidden_at is not None:
        return False
    if helps(person, question):
        return True
    return question.author_id == person.id and (closed_by_id == person.id or reason == CloseReason.NO_REPLY)


def may_mark_duplicate(person: Person | None, question: Question) -> bool:
    """Those who help here."""
    return question.hidden_at is None and helps(person, question)


def may_vote_duplicate(person: Person | None, question: Question) -> bool:
    """Experienced members, while the question is open; those who help here need no votes."""
    if person is None or not is_open(question) or helps(person, question):
        return False
    return trust.may(person, "duplicate")


def may_move_posts(person: Person | None, question: Question) -> bool:
    """Moderators merge questions and split them."""
    return question.hidden_at is None and moderates(person)


def may_make_article(person: Person | None, question: Question) -> bool:
    """Those who help here, and writers."""
    if person is None or question.hidden_at is not None:
        return False
    return helps(person, question) or people_rules.is_writer(person)


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


def may_continue(question: Question) -> bool:
    """Anyone, where an archived question would take replies otherwise; visitors join on the way."""
    return is_open(question) and question.archived_at is not None


def takes_replies(question: Question) -> bool:
    """Whether it takes answers and comments: it is open, and not archived for having been quiet."""
    return is_open(question) and question.archived_at is None


def is_open(question: Question) -> bool:
    """Whether it is neither closed nor hidden."""
    return question.status != Status.CLOSED and question.hidden_at is None


def moderates(person: Reader | None) -> bool:
    """Whether there is a person and they moderate."""
    return person is not None and people_rules.is_moderator(person)


def helps(person: Person | None, question: Question) -> bool:
    """Whether they are an expert, everywhere or in the question's category, or moderate."""
    if person is None:
        return False
    return people_rules.is_expert(person, scope_of(question.category_id)) or people_rules.is_moderator(person)


def helps_somewhere(viewer: Reader | None) -> bool:
    """Whether ``viewer`` is an expert, everywhere or in some category, or moderates."""
    if viewer is None:
        return False
    return people_rules.is_expert(viewer) or bool(viewer.expert_scopes) or moderates(viewer)


def helped_by(person: Person | None) -> ColumnElement[bool]:
    """Return that condition for rows of questions."""
    if person is None:
        return false()
    if people_rules.is_expert(person) or people_rules.is_moderator(person):
        return true()
    prefix = scope_of("")
    scopes = (scope for scope in person.expert_scopes if scope.startswith(prefix))
    return Question.category_id.in_([int(scope.removeprefix(prefix)) for scope in scopes])


def scope_of(category_id: int | str) -> str:
    """Return what an expert's grant for one category names."""
    return f"category:{category_id}"
