"""Who hears about a post: those it mentions, then those who follow the thread; nobody twice."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import rules
from kb.forum.models import Answer, Comment, Question, QuestionTag, RatingReason
from kb.forum.shapes import question_address
from kb.forum.standing import THREAD
from kb.forum.writing import Written
from kb.markup.plain import text_of
from kb.notices import follows, inbox
from kb.people.models import Grant, Person, Role

RATING_WORDS: dict[RatingReason, str] = {
    RatingReason.WRONG: "It is wrong",
    RatingReason.OUTDATED: "It is out of date",
    RatingReason.UNCLEAR: "It is hard to understand",
    RatingReason.OFF_TOPIC: "It does not answer the question",
}
"""English msgids; a template puts them through gettext."""


def tell_of_question(session: Session, question: Question, written: Written, by: Person) -> None:
    """Tell those a question mentions, then who follows its category, one of its tags, or ``by``."""
    _tell(session, written.mentioned, "mention", question, question, by, written.text)
    tag_ids = session.scalars(select(QuestionTag.tag_id).where(QuestionTag.question_id == question.id))
    subjects = [("category", question.category_id), ("person", by.id), *(("tag", tag_id) for tag_id in tag_ids)]
    _tell(session, follows.levels(session, *subjects), "question", question, question, by, written.text)


def tell_of_answer(session: Session, question: Question, answer: Answer, written: Written, by: Person) -> None:
    """Tell those an answer mentions, then the question's followers, then those who follow ``by``."""
    _tell(session, written.mentioned, "mention", question, answer, by, written.text)
    _tell(session, follows.levels(session, (THREAD, question.id)), "answer", question, answer, by, written.text)
    _tell(session, follows.levels(session, ("person", by.id)), "person", question, answer, by, written.text)


def tell_of_details(session: Session, question: Question, comment: Comment, written: Written, by: Person) -> None:
    """Tell the asker that a comment asks them for details; nobody is told twice of one comment, so this comes first."""
    _tell(session, [question.author_id], "details", question, comment, by, written.text)


def tell_of_comment(session: Session, question: Question, comment: Comment, written: Written, by: Person) -> None:
    """Tell those a comment mentions, and the question's followers."""
    _tell(session, written.mentioned, "mention", question, comment, by, written.text)
    _tell(session, follows.levels(session, (THREAD, question.id)), "comment", question, comment, by, written.text)


def tell_of_edit(
    session: Session, question: Question, post: Question | Answer | Comment, written: Written, by: Person
) -> None:
    """Tell those an edit mentions and who did not hear of the post before; and the author, when it was not theirs."""
    _tell(session, written.mentioned, "mention", question, post, by, written.text)
    cause = f"edit:{noun_of(post)}:{post.id}:{clock.now():%Y-%m-%dT%H:%M:%S}"
    _tell(session, [post.author_id], "edit", question, post, by, written.text, cause=cause)


def tell_of_move(session: Session, question: Question, by: Person, *, told: Iterable[int], cause: str) -> None:
    """Tell those whose posts, or what they follow, a moderator moved to ``question``."""
    _tell(session, told, "moved", question, question, by, text_of(question.body_html), cause=cause)


def tell_of_acceptance(session: Session, question: Question, answer: Answer, by: Person, text: str) -> None:
    """Tell the answer's author and the question's followers; once per answer, however often it is accepted anew."""
    told = {answer.author_id: follows.EACH, **follows.levels(session, (THREAD, question.id))}
    _tell(session, told, "acceptance", question, answer, by, text, cause=f"acceptance:{answer.id}")


def tell_of_rating(session: Session, question: Question, answer: Answer, by: Person, reason: str, note: str) -> None:
    """Tell an answer's author why it did not help somebody, and not whom; once for each reason of each reader."""
    why = RATING_WORDS[RatingReason(reason)] if reason else "Not helpful"
    inbox.tell(
        session,
        person_ids=[answer.author_id],
        kind="rating",
        cause=f"rating:{answer.id}:{by.id}:{reason}",
        subject_kind="answer",
        subject_id=answer.id,
        actor=None,
        title=question.title,
        extract=f"{why}: {note}" if note else why,
        address=address_of(question, answer),
    )


def tell_of_outdated(session: Session, question: Question, answer: Answer) -> None:
    """Tell those who can mend an answer that is out of date: its author, and the experts of its category."""
    inbox.tell(
        session,
        person_ids={answer.author_id, *_experts_of(session, question)},
        kind="outdated",
        cause=f"outdated:{answer.id}:{answer.outdated_at:%Y-%m-%d}",
        subject_kind="answer",
        subject_id=answer.id,
        actor=None,
        title=question.title,
        extract=text_of(answer.body_html),
        address=address_of(question, answer),
    )


def tell_of_reopening(session: Session, question: Question, answer: Answer, by: Person, text: str) -> None:
    """Tell the author of an answer that was accepted, and the question's followers, that it still happens."""
    told = {answer.author_id: follows.EACH, **follows.levels(session, (THREAD, question.id))}
    cause = f"reopened:{answer.id}:{clock.now():%Y-%m-%dT%H:%M:%S}"
    _tell(session, told, "reopened", question, answer, by, text, cause=cause)


def ask_if_solved(session: Session, question: Question, answer: Answer) -> None:
    """Ask the asker whether an answer solved it, on a page with a button for yes and one for no."""
    inbox.tell(
        session,
        person_ids=[question.author_id],
        kind="likely",
        cause=f"likely:{question.id}",
        subject_kind="answer",
        subject_id=answer.id,
        actor=None,
        title=question.title,
        extract=text_of(answer.body_html),
        address=f"/answers/{answer.id}/solved",
    )


def address_of(question: Question, post: Question | Answer | Comment) -> str:
    """Return the path that leads to ``post`` wherever in its thread it stands by then."""
    if isinstance(post, Question):
        return question_address(question.id, question.slug)
    return f"/{noun_of(post)}s/{post.id}"


def noun_of(post: Question | Answer | Comment) -> str:
    """Return ``question``, ``answer`` or ``comment``."""
    return post.__tablename__


def _experts_of(session: Session, question: Question) -> Sequence[int]:
    """Return the experts of a question's category; those who are experts everywhere when it has none of its own."""
    experts = select(Grant.person_id, Grant.scope).where(
        Grant.role == Role.EXPERT, Grant.scope.in_(("", rules.scope_of(question.category_id)))
    )
    found = session.execute(experts).all()
    return [one for one, scope in found if scope] or [one for one, _ in found]


def _tell(
    session: Session,
    people: Iterable[int] | Mapping[int, str],
    kind: str,
    question: Question,
    post: Question | Answer | Comment,
    by: Person,
    text: str,
    *,
    cause: str = "",
) -> None:
    """Tell ``people``, who may come with the levels they follow at.

    One cause for mention and answer alike, so that who is mentioned is not told again.
    """
    inbox.tell(
        session,
        person_ids=people,
        kind=kind,
        cause=cause or f"{noun_of(post)}:{post.id}",
        subject_kind=noun_of(post),
        subject_id=post.id,
        actor=by,
        title=question.title,
        extract=text,
        address=address_of(question, post),
        level_of=people if isinstance(people, Mapping) else inbox.NO_LEVELS,
    )
