"""Threads for tests, in as few words as a test needs."""

from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import answers, categories, comments, questions
from kb.forum.models import Answer, Category, Comment, Question
from kb.people.models import Person

_numbers = count(1)


def category(session: Session, slug: str = "problems") -> Category:
    """Return the category with ``slug`` of a site that has at least the default ones."""
    categories.ensure_defaults(session)
    return session.scalars(select(Category).where(Category.slug == slug)).one()


def question(
    session: Session,
    *,
    by: Person,
    title: str = "How do I reset my password?",
    body: str = "",
    tags: tuple[str, ...] = ("password",),
    place: Category | None = None,
) -> Question:
    """Post a question; a ``body`` not given is one nobody posted before."""
    return questions.ask(
        session,
        by=by,
        title=title,
        body=body or f"The link in the letter does not open. Try {next(_numbers)}.",
        category=place or category(session),
        tags=tags,
    )


def answer(session: Session, *, question: Question, by: Person, body: str = "") -> Answer:
    """Answer ``question``; a ``body`` not given is one nobody posted before."""
    return answers.post(
        session, question=question, by=by, body=body or f"Ask for a new link on the sign-in page, {next(_numbers)}."
    )


def answers_of(session: Session, question: Question, by: Person, number: int) -> list[Answer]:
    """Add ``number`` answers as rows alone, where only that they are there matters; nothing counts them."""
    words = [f"Answer {next(_numbers)}." for _ in range(number)]
    given = [
        Answer(
            question_id=question.id, author_id=by.id, body_md=body, body_html=f"<p>{body}</p>", created_at=clock.now()
        )
        for body in words
    ]
    session.add_all(given)
    session.flush()
    return given


def comment(
    session: Session, *, question: Question, by: Person, body: str = "", answer: Answer | None = None
) -> Comment:
    """Remark on ``question`` or ``answer``; a ``body`` not given is one nobody posted before."""
    return comments.post(session, question=question, by=by, body=body or f"Same here, {next(_numbers)}.", answer=answer)
