"""Remarks on questions and answers."""

from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import limits, pictures, revisions, rules, standing, telling, writing
from kb.forum.models import Answer, Comment, Question
from kb.people.models import Person


def post(
    session: Session,
    *,
    question: Question,
    by: Person,
    body: str,
    answer: Answer | None = None,
    for_details: bool = False,
) -> Comment:
    """Remark on a question, or on ``answer`` to it; the question's followers and those mentioned are told.

    With ``for_details`` the asker is told that their question needs them, in place of hearing of a comment. Raises
    Conflict when the question is closed, the answer hidden or another question's, or ``by`` said the same in this
    thread within five minutes; Invalid naming body; TooMany when a newcomer commented thirty times.
    """
    if by is None:
        raise Refused("Sign in to comment.")
    body = writing.body_of(body, most=writing.COMMENT_TO)
    limits.queue_up(session, by)
    standing.hold(session, question)
    if answer is not None:
        session.refresh(answer)
    if not rules.may_comment(by, question, answer) or (answer is not None and answer.question_id != question.id):
        raise Conflict("This takes no more comments.")
    limits.check_not_said(session, by, Comment, body, question_id=question.id)
    limits.check_newcomer(session, by, Comment)
    written = writing.render(session, body)
    limits.check_links(by, written.html)
    comment = Comment(
        question_id=question.id,
        answer_id=answer.id if answer is not None else None,
        author_id=by.id,
        body_md=body,
        body_html=written.html,
        created_at=clock.now(),
    )
    session.add(comment)
    pictures.keep(session, comment)
    standing.settle(session, question)
    standing.stir(question)
    if for_details:
        telling.tell_of_details(session, question, comment, written, by)
    telling.tell_of_comment(session, question, comment, written, by)
    standing.happened(session, question, "comment.posted", by, comment=comment.id)
    return comment


def edit(session: Session, *, comment: Comment, by: Person, body: str) -> None:
    """Change a comment; what it said before is kept as a revision. Nothing happens when nothing is different.

    Raises Refused unless ``by`` wrote it and the question is open, or ``by`` moderates; Invalid naming body.
    """
    question = session.get_one(Question, comment.question_id)
    standing.hold(session, question)
    session.refresh(comment)
    if not rules.may_edit(by, comment, question):
        raise Refused("You cannot edit this comment.")
    body = writing.body_of(body, most=writing.COMMENT_TO)
    if body == comment.body_md:
        return
    written = writing.render(session, body)
    limits.check_links(by, written.html)
    revisions.keep(session, comment, by)
    comment.body_md, comment.body_html, comment.edited_at = body, written.html, clock.now()
    pictures.keep(session, comment)
    standing.stir(question)
    telling.tell_of_edit(session, question, comment, written, by)
    standing.happened(session, question, "comment.edited", by, comment=comment.id)
