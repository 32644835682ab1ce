"""Who hears about a post: those it mentions, then those who follow the thread; nobody twice."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from kb.forum.models import Answer, Comment, Question
from kb.forum.shapes import question_address
from kb.forum.standing import THREAD
from kb.forum.writing import Written
from kb.notices import follows, inbox
from kb.people.models import Person


def tell_of_question(session: Session, question: Question, written: Written, by: Person) -> None:
    """Tell those a question mentions."""
    _tell(session, written.mentioned, "mention", question, question, by, written.text)


def tell_of_answer(session: Session, question: Question, answer: Answer, written: Written, by: Person) -> None:
    """Tell those an answer mentions, and the question's followers."""
    _tell(session, written.mentioned, "mention", question, answer, by, written.text)
    _tell(session, follows.followers(session, THREAD, question.id), "answer", question, answer, by, written.text)


def tell_of_comment(session: Session, question: Question, comment: Comment, written: Written, by: Person) -> None:
    """Tell those a comment mentions, and the question's followers."""
    _tell(session, written.mentioned, "mention", question, comment, by, written.text)
    _tell(session, follows.followers(session, THREAD, question.id), "comment", question, comment, by, written.text)


def tell_of_edit(
    session: Session, question: Question, post: Question | Answer | Comment, written: Written, by: Person
) -> None:
    """Tell those an edit mentions and who did not hear of the post before."""
    _tell(session, written.mentioned, "mention", question, post, by, written.text)


def tell_of_acceptance(session: Session, question: Question, answer: Answer, by: Person, text: str) -> None:
    """Tell the answer's author and the question's followers; once per answer, however often it is accepted anew."""
    told = {answer.author_id, *follows.followers(session, THREAD, question.id)}
    _tell(session, told, "acceptance", question, answer, by, text, cause=f"acceptance:{answer.id}")


def address_of(question: Question, post: Question | Answer | Comment) -> str:
    """Return the path that leads to ``post`` wherever in its thread it stands by then."""
    if isinstance(post, Question):
        return question_address(question.id, question.slug)
    return f"/{noun_of(post)}s/{post.id}"


def noun_of(post: Question | Answer | Comment) -> str:
    """Return ``question``, ``answer`` or ``comment``."""
    return post.__tablename__


def _tell(
    session: Session,
    people: Iterable[int],
    kind: str,
    question: Question,
    post: Question | Answer | Comment,
    by: Person,
    text: str,
    *,
    cause: str = "",
) -> None:
    """Tell ``people``; one cause for mention and answer alike, so that who is mentioned is not told again."""
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
    )
