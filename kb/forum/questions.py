"""Asking, editing, closing and reopening questions."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.errors import Conflict, Invalid, Refused
from kb.forum import categories, limits, pictures, revisions, rules, standing, telling, writing
from kb.forum import tags as tagging
from kb.forum.models import Category, CloseReason, Closure, Question, QuestionTag
from kb.notices import follows
from kb.people.models import Person


def ask(
    session: Session,
    *,
    by: Person,
    title: str,
    body: str,
    category: Category,
    tags: Sequence[str] = (),
    continues: Question | None = None,
) -> Question:
    """Post a question; ``by`` follows it from then on and those it mentions are told.

    It may go on from one that was archived (``continues``). Raises Invalid naming title, body or tags; Conflict when
    ``by`` posted the same text within five minutes, or the question to go on from takes replies or is closed; TooMany
    when a newcomer asked three.
    """
    if not rules.may_ask(by):
        raise Refused("Sign in to ask a question.")
    if continues is not None and not rules.may_continue(continues):
        raise Conflict("This question is not archived: reply to it instead.")
    title, body, names = writing.title_of(title), writing.body_of(body), tagging.chosen(session, tags)
    limits.queue_up(session, by)
    limits.check_not_said(session, by, Question, body)
    limits.check_newcomer(session, by, Question)
    written = writing.render(session, body)
    limits.check_links(by, written.html)
    categories.hold(session, category)
    now = clock.now()
    question = Question(
        title=title,
        slug=writing.slug_of(title),
        body_md=body,
        body_html=written.html,
        author_id=by.id,
        category_id=category.id,
        audience=category.audience,
        continues_id=continues.id if continues is not None else None,
        created_at=now,
        active_at=now,
        tag_names=names,
    )
    add(session, question)
    follows.follow(session, person=by, subject_kind=standing.THREAD, subject_id=question.id)
    telling.tell_of_question(session, question, written, by)
    standing.happened(session, question, "question.asked", by)
    return question


def edit(
    session: Session, *, question: Question, by: Person, title: str, body: str, category: Category, tags: Sequence[str]
) -> None:
    """Change a question; what it said before is kept as a revision. Nothing happens when nothing is different.

    Raises Refused unless ``by`` asked it or is trusted and it is open, or ``by`` moderates; Invalid as ``ask`` does,
    and when somebody else than a moderator would let other people see it by giving it another category.
    """
    standing.hold(session, question)
    if not rules.may_edit(by, question, question):
        raise Refused("You cannot edit this question.")
    if category.audience != question.audience and not rules.moderates(by):
        raise Invalid("category", "Only a moderator can move it there: other people would see it.")
    title, body, names = writing.title_of(title), writing.body_of(body), tagging.chosen(session, tags)
    was = (question.title, question.body_md, question.category_id, question.tag_names)
    if was == (title, body, category.id, names):
        return
    written = writing.render(session, body)
    limits.check_links(by, written.html)
    revisions.keep(session, question, by)
    touch_site(session)
    if question.hidden_at is None:
        standing.count(session, question, -1)
    question.title, question.slug = title, writing.slug_of(title)
    question.body_md, question.body_html = body, written.html
    question.category_id, question.audience = category.id, category.audience
    question.tag_names = names
    question.edited_at = clock.now()
    standing.stir(question)
    session.execute(delete(QuestionTag).where(QuestionTag.question_id == question.id))
    _add_tags(session, question, names)
    pictures.keep(session, question)
    if question.hidden_at is None:
        standing.count(session, question, 1)
    standing.settle(session, question)
    telling.tell_of_edit(session, question, question, written, by)
    standing.happened(session, question, "question.edited", by)


def close(session: Session, *, question: Question, by: Person, reason: CloseReason, note: str = "") -> Closure:
    """Let a question take no more answers, and say honestly why; returns the closure.

    Raises Conflict when it is closed already; Refused unless ``by`` may close it with this ``reason``.
    """
    standing.hold(session, question)
    if session.scalar(select(Closure.id).where(Closure.question_id == question.id)) is not None:
        raise Conflict("This question is closed already.")
    if reason not in rules.close_reasons(by, question):
        raise Refused("You cannot close this question for this reason.")
    return shut(session, question, by, reason, writing.note_of(note))


def reopen(session: Session, *, question: Question, by: Person) -> None:
    """Let a closed question take answers again.

    Raises Conflict when it is open; Refused unless ``by`` helps here, or asked, and closed it or did not reply in time.
    """
    standing.hold(session, question)
    closure = session.scalar(select(Closure).where(Closure.question_id == question.id))
    if closure is None:
        raise Conflict("This question is open already.")
    if not rules.may_reopen(by, question, closure.person_id, closure.reason):
        raise Refused("You cannot reopen this question.")
    session.delete(closure)
    standing.settle(session, question)
    standing.happened(session, question, "question.reopened", by)


def shut(session: Session, question: Question, by: Person, reason: CloseReason, words: str = "") -> Closure:
    """Close a held question without asking who may."""
    closure = Closure(question_id=question.id, reason=reason, note=words, person_id=by.id, created_at=clock.now())
    session.add(closure)
    standing.settle(session, question)
    standing.happened(session, question, "question.closed", by, reason=str(reason))
    return closure


def add(session: Session, question: Question) -> None:
    """Store a new question with its tags, and count it."""
    session.add(question)
    session.flush()
    _add_tags(session, question, question.tag_names)
    pictures.keep(session, question)
    standing.count(session, question, 1)


def _add_tags(session: Session, question: Question, names: Sequence[str]) -> None:
    ids = tagging.ensure(session, names)
    if ids:
        rows = [{"tag_id": tag_id, "question_id": question.id} for tag_id in ids.values()]
        session.execute(insert(QuestionTag), rows)
