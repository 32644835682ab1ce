"""Making a question of its own from posts that ask or answer something else."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid, Refused
from kb.forum import answers, moving, questions, rules, standing, telling, writing
from kb.forum.models import Answer, Comment, Question
from kb.forum.solving.models import Adoption
from kb.notices import follows
from kb.people.models import Person

HIDDEN_WHY = "split"


def split(
    session: Session, *, question: Question, chosen: Sequence[Answer | Comment], title: str, by: Person
) -> Question:
    """Move the ``chosen`` posts to a new question called ``title`` and return it.

    The oldest of them becomes what it asks, and is hidden where it was; comments go with their answers. Their authors
    follow it and are told. Raises Refused unless ``by`` moderates; Invalid naming chosen when there is none, or one is
    hidden or of another question, and naming title as asking does.
    """
    moving.hold(session, question)
    if not rules.may_move_posts(by, question):
        raise Refused("Only a moderator can split a question.")
    title = writing.title_of(title)
    if not chosen:
        raise Invalid("chosen", "Choose what the new question is made of.")
    for post in chosen:
        session.refresh(post)
        if post.question_id != question.id or post.hidden_at is not None:
            raise Invalid("chosen", "One of these is not in this question any more.")
    first, *others = sorted(chosen, key=lambda post: (post.created_at, post.id))
    made = _made_of(session, question, first, title)
    _move(session, made, first, others, by)
    made.active_at = max([made.active_at, *(post.created_at for post in others)])
    moving.settle(session, question, made)
    standing.happened(session, question, "question.split", by, into=made.id)
    standing.happened(session, made, "question.split_off", by, source=question.id)
    authors = {post.author_id for post in chosen}
    for person in session.scalars(select(Person).where(Person.id.in_(authors)).order_by(Person.id)):
        follows.follow(session, person=person, subject_kind=standing.THREAD, subject_id=made.id)
    telling.tell_of_move(session, made, by, told=authors, cause=f"split:{made.id}")
    return made


def _made_of(session: Session, question: Question, first: Answer | Comment, title: str) -> Question:
    made = Question(
        title=title,
        slug=writing.slug_of(title),
        body_md=first.body_md,
        body_html=first.body_html,
        author_id=first.author_id,
        category_id=question.category_id,
        audience=question.audience,
        continues_id=question.id,
        created_at=first.created_at,
        edited_at=first.edited_at,
        active_at=first.edited_at or first.created_at,
        tag_names=list(question.tag_names),
    )
    questions.add(session, made)
    return made


def _move(
    session: Session, made: Question, first: Answer | Comment, others: Sequence[Answer | Comment], by: Person
) -> None:
    moved = [post.id for post in others if isinstance(post, Answer)]
    said = [post.id for post in others if isinstance(post, Comment)]
    source = session.get_one(Question, first.question_id)
    for answer in (post for post in (first, *others) if isinstance(post, Answer)):
        answers.withdraw_acceptance(session, source, by, answer)
    session.execute(update(Answer).where(Answer.id.in_(moved)).values(question_id=made.id))
    session.execute(update(Comment).where(Comment.answer_id.in_(moved)).values(question_id=made.id))
    about_it: ColumnElement[bool] = Comment.id.in_(said)
    if isinstance(first, Answer):
        about_it |= Comment.answer_id == first.id
    alone = Comment.answer_id.is_(None) | Comment.answer_id.not_in(moved)
    session.execute(update(Comment).where(about_it, alone).values(question_id=made.id, answer_id=None))
    session.execute(update(Adoption).where(Adoption.answer_id.in_(moved)).values(question_id=made.id))
    first.hidden_at, first.hidden_by_id, first.hidden_why = clock.now(), by.id, HIDDEN_WHY
