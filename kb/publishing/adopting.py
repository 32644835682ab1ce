"""Articles made from what the community wrote: the thread points to them while they are live, and authors are told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.articles.addresses import address_of
from kb.articles.models import Article, Section
from kb.articles.reading import visible
from kb.forum import rules, standing, worth
from kb.forum.models import Answer, Question
from kb.forum.solving.models import Adoption
from kb.markup.plain import text_of
from kb.notices import inbox

KIND = "adopted"
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Made:
    """That an article is made of an answer, or of a question alone."""

    question_id: int
    answer_id: int | None
    address: str


@dataclass(frozen=True, slots=True)
class _Says:
    """What the thread says of the article, and to whom."""

    title: str
    audience: str


def settle(session: Session) -> int:
    """Make the adoptions on record those of the articles that readers of their threads can read now.

    Drafts that became an article are that adoption. Authors of answers hear of it once. Returns how many are new.
    """
    session.flush()
    due = _due(session)
    live = session.scalars(select(Adoption).where(Adoption.live_at.is_not(None)).order_by(Adoption.id)).all()
    touched, known = set(), set()
    for row in live:
        made = _Made(row.question_id, row.answer_id, row.address)
        if made in due and made not in known:
            known.add(made)
            row.title, row.audience = due[made].title, due[made].audience
            continue
        row.address, row.live_at = "", None
        touched.add(row.question_id)
    fresh = [made for made in due if made not in known]
    _hold(session, touched | {made.question_id for made in fresh})
    for made in fresh:
        _tell(session, _put_on_record(session, made, due[made]))
        touched.add(made.question_id)
    for question_id in sorted(touched):
        worth.settle(session, question_id)
    return len(fresh)


@jobs.job
def keep_settled(session: Session) -> None:
    """Look again every hour, because articles come and go by the clock too."""
    settle(session)
    jobs.later(session, keep_settled, after=EVERY, key=f"{__name__}.keep_settled")


def _due(session: Session) -> dict[_Made, _Says]:
    """Return what is live and what is said of it; an article counts where all who can read the thread can read it."""
    rows = session.execute(
        select(Article.title, Article.slug, Article.audience, Article.from_question, Article.from_answers)
        .add_columns(Section.slug.label("section"))
        .join(Section, Section.id == Article.section_id)
        .where(Article.from_question.is_not(None), Article.tree == "")
        .where(visible(clock.now(), writer=False, audiences=rules.EVERY))
        .order_by(Article.id)
    ).all()
    answers = _homes(session, {number for row in rows for number in row.from_answers})
    questions = _audiences(session, {*answers.values(), *(row.from_question for row in rows)})
    due: dict[_Made, _Says] = {}
    for row in rows:
        address = address_of(row.section, row.slug)
        named = [(answers[one], one) for one in row.from_answers if one in answers] or [(row.from_question, None)]
        for question_id, answer_id in named:
            if question_id in questions and _reaches(row.audience, questions[question_id]):
                due[_Made(question_id, answer_id, address)] = _Says(row.title, row.audience)
    return due


def _homes(session: Session, answer_ids: Collection[int]) -> dict[int, int]:
    """Return by answer the question that it stands under by now."""
    rows = session.execute(select(Answer.id, Answer.question_id).where(Answer.id.in_(answer_ids)))
    return {row.id: row.question_id for row in rows}


def _audiences(session: Session, question_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(select(Question.id, Question.audience).where(Question.id.in_(question_ids)))
    return {row.id: row.audience for row in rows}


def _reaches(article: str, question: str) -> bool:
    return rules.EVERY.index(article) <= rules.EVERY.index(question)


def _hold(session: Session, question_ids: Iterable[int]) -> None:
    """Lock questions in one order, so that two who do this never wait for each other."""
    for question_id in sorted(question_ids):
        standing.hold(session, session.get_one(Question, question_id))


def _put_on_record(session: Session, made: _Made, says: _Says) -> Adoption:
    """Return the adoption: the newest draft of the same answer, or one that a writer made without a draft."""
    drafts = select(Adoption).where(
        Adoption.question_id == made.question_id,
        Adoption.answer_id.is_not_distinct_from(made.answer_id),
        Adoption.live_at.is_(None),
    )
    row = session.scalar(drafts.order_by(Adoption.id.desc()).limit(1))
    if row is None:
        row = Adoption(question_id=made.question_id, answer_id=made.answer_id, made_at=clock.now())
        session.add(row)
    row.title, row.audience, row.address, row.live_at = says.title, says.audience, made.address, clock.now()
    session.flush()
    return row


def _tell(session: Session, row: Adoption) -> None:
    answer = session.get(Answer, row.answer_id) if row.answer_id is not None else None
    if answer is None:
        return
    inbox.tell(
        session,
        person_ids=[answer.author_id],
        kind=KIND,
        cause=f"adoption:{row.id}",
        subject_kind="answer",
        subject_id=answer.id,
        actor=None,
        title=row.title,
        extract=text_of(answer.body_html),
        address=row.address,
    )
