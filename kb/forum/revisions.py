"""What posts said before they were edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum.finding import answer_for, comment_for, question_for
from kb.forum.models import Answer, Category, Comment, PostRevision, Question
from kb.forum.rows import WHO, who_of
from kb.forum.shapes import Who
from kb.forum.telling import address_of, noun_of
from kb.forum.thread_shapes import History, RevisionView
from kb.people.models import Person


def keep(session: Session, post: Question | Answer | Comment, by: Person) -> None:
    """Keep what ``post`` says now, just before ``by`` changes it."""
    revision = PostRevision(was=_text_of(session, post), edited_by_id=by.id, edited_at=clock.now())
    setattr(revision, f"{noun_of(post)}_id", post.id)
    session.add(revision)


def of_question(session: Session, question_id: int, viewer: Person | None) -> History:
    """Return everything a question said, newest first; raises NotFound when ``viewer`` may not see it."""
    question = question_for(session, question_id, viewer)
    return _history(session, question, question)


def of_answer(session: Session, answer_id: int, viewer: Person | None) -> History:
    """Return everything an answer said, newest first; raises NotFound when ``viewer`` may not see it."""
    answer = answer_for(session, answer_id, viewer)
    return _history(session, session.get_one(Question, answer.question_id), answer)


def of_comment(session: Session, comment_id: int, viewer: Person | None) -> History:
    """Return everything a comment said, newest first; raises NotFound when ``viewer`` may not see it."""
    comment = comment_for(session, comment_id, viewer)
    return _history(session, session.get_one(Question, comment.question_id), comment)


def _history(session: Session, question: Question, post: Question | Answer | Comment) -> History:
    column = getattr(PostRevision, f"{noun_of(post)}_id")
    edits = session.execute(
        select(PostRevision.was, PostRevision.edited_at, *WHO)
        .join(Person, Person.id == PostRevision.edited_by_id)
        .where(column == post.id)
        .order_by(PostRevision.id)
    ).all()
    author = session.execute(select(*WHO).where(Person.id == post.author_id)).one()
    texts = [*(edit.was for edit in edits), _text_of(session, post)]
    written = [(who_of(author), post.created_at), *((who_of(edit), edit.edited_at) for edit in edits)]
    states = [
        _state(number, text, by, at)
        for number, (text, (by, at)) in enumerate(zip(texts, written, strict=True), start=1)
    ]
    return History(
        kind=noun_of(post),
        id=post.id,
        question_title=question.title,
        address=address_of(question, post),
        revisions=tuple(reversed(states)),
    )


def _text_of(session: Session, post: Question | Answer | Comment) -> dict[str, Any]:
    text: dict[str, Any] = {"body_md": post.body_md}
    if isinstance(post, Question):
        category = session.get_one(Category, post.category_id)
        text |= {"title": post.title, "tags": list(post.tag_names), "category": category.name}
    return text


def _state(number: int, text: Mapping[str, Any], by: Who, at: datetime) -> RevisionView:
    return RevisionView(
        number=number,
        body_md=text["body_md"],
        title=text.get("title", ""),
        tags=tuple(text.get("tags", ())),
        category=text.get("category", ""),
        by=by,
        at=at,
    )
