"""Taking posts away from everyone but moderators, and bringing them back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import answers, rules, standing, worth, writing
from kb.forum.models import Acceptance, Answer, Comment, Merge, Question
from kb.forum.telling import noun_of
from kb.people.models import Person


def hide(session: Session, *, post: Question | Answer | Comment, by: Person, why: str = "") -> None:
    """Hide a post and everything under it; a hidden answer is no longer accepted.

    Raises Conflict when it is hidden already, Invalid when ``why`` has over 60 characters, Refused unless ``by``
    moderates, or wrote it and nobody's work hangs on it: a question without answers, an answer not accepted, a comment.
    """
    question = _hold(session, post)
    if post.hidden_at is not None:
        raise Conflict("This is hidden already.")
    accepted = session.scalar(select(Acceptance.id).where(Acceptance.answer_id == post.id)) is not None
    if not rules.may_hide(by, post, accepted=accepted and isinstance(post, Answer)):
        raise Refused("You cannot hide this.")
    why = writing.note_of(why, most=60)
    if isinstance(post, Answer):
        answers.withdraw_acceptance(session, question, by, post)
    post.hidden_at, post.hidden_by_id, post.hidden_why = clock.now(), by.id, why or None
    _count(session, question, post, -1)
    standing.happened(session, question, f"{noun_of(post)}.hidden", by, post=post.id, why=why)


def show(session: Session, *, post: Question | Answer | Comment, by: Person) -> None:
    """Bring a hidden post back.

    Raises Conflict when it is not hidden, or is a question that was merged into another; Refused unless ``by``
    moderates.
    """
    question = _hold(session, post)
    if post.hidden_at is None:
        raise Conflict("This is not hidden.")
    if not rules.may_show(by, post):
        raise Refused("Only a moderator can bring this back.")
    if isinstance(post, Question) and session.get(Merge, post.id) is not None:
        raise Conflict("This was merged with another question: take that back instead.")
    post.hidden_at = post.hidden_by_id = post.hidden_why = None
    _count(session, question, post, 1)
    standing.happened(session, question, f"{noun_of(post)}.shown", by, post=post.id)


def _hold(session: Session, post: Question | Answer | Comment) -> Question:
    question = post if isinstance(post, Question) else session.get_one(Question, post.question_id)
    standing.hold(session, question)
    if post is not question:
        session.refresh(post)
    return question


def _count(session: Session, question: Question, post: Question | Answer | Comment, by: int) -> None:
    if isinstance(post, Question):
        session.flush()  # takes the site's version before the counters, in the order every verb keeps
        standing.count(session, question, by)
    else:
        standing.settle(session, question)
    worth.settle(session, question.id)
