"""What experts tell each other about a question: never on a page, in a letter, a feed or search for anybody else."""

from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Refused
from kb.forum import pictures, rules, standing, writing
from kb.forum.models import Question
from kb.forum.queue.models import Note
from kb.people.models import Person

MOST = writing.COMMENT_TO


def write(session: Session, *, question: Question, by: Person, body: str) -> Note:
    """Leave a note for those who help here; nobody is told, mentioned or not.

    Raises Refused unless ``by`` helps here; Invalid naming body when it is empty or over 2,000 characters.
    """
    if not rules.helps(by, question):
        raise Refused("Only those who help here can leave notes.")
    body = writing.body_of(body, most=MOST)
    standing.hold(session, question)
    html = writing.render(session, body).html
    note = Note(question_id=question.id, person_id=by.id, body_md=body, body_html=html, created_at=clock.now())
    session.add(note)
    pictures.keep(session, note)
    return note


def remove(session: Session, *, note: Note, by: Person) -> None:
    """Take a note away for good; raises Refused unless ``by`` wrote it or moderates."""
    if not may_remove(by, note.person_id):
        raise Refused("Only who wrote a note can take it away.")
    session.delete(note)
    session.flush()


def may_remove(viewer: Person, author_id: int) -> bool:
    """Whoever wrote a note, and moderators."""
    return author_id == viewer.id or rules.moderates(viewer)
