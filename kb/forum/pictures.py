"""Which pictures a post shows, and who may see a picture: whoever may see one of the posts that show it."""

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kb.forum import rules
from kb.forum.models import Answer, Comment, Merge, Question
from kb.forum.queue.models import Note
from kb.people.models import Person
from kb.uploads import keeping
from kb.uploads.models import Showing, Upload

_KINDS = {Question: "question", Answer: "answer", Comment: "comment", Note: "note"}
"""What a showing calls a post."""


def keep(session: Session, post: Question | Answer | Comment | Note) -> None:
    """Write down which pictures ``post`` shows now; they are kept for good."""
    session.flush()
    keeping.use(session, post.body_html, kind=_KINDS[type(post)], subject_id=post.id)


def find(session: Session, name: str, viewer: Person | None) -> Upload:
    """Return the picture called ``name``; raises NotFound when there is none that ``viewer`` may see."""
    return keeping.find(session, name, viewer, _seen_by(viewer))


def _seen_by(viewer: Person | None) -> ColumnElement[bool]:
    """Return the condition for showings that ``viewer`` sees: profiles, and posts as their threads show them."""
    shown = Showing.subject_id
    # A merged question stands, as one of the ways it was asked, in the thread of the other one.
    merged_into = select(Merge.into_id).where(Merge.question_id == shown).correlate(Showing).scalar_subquery()
    below = exists().where(Answer.id == Comment.answer_id, rules.visible_to(viewer, Answer))
    merged_too = select(Question.id).where(Question.id == func.coalesce(merged_into, shown))
    posts = {
        Question: merged_too,
        Answer: select(Answer.id).join(Question).where(Answer.id == shown, rules.visible_to(viewer, Answer)),
        Comment: select(Comment.id)
        .join(Question, Question.id == Comment.question_id)
        .where(Comment.id == shown, rules.visible_to(viewer, Comment), or_(Comment.answer_id.is_(None), below)),
        Note: select(Note.id).join(Question).where(Note.id == shown, rules.helped_by(viewer)),
    }
    seen = rules.visible_to(viewer, Question)
    of_posts = [and_(Showing.subject_kind == _KINDS[noun], post.where(seen).exists()) for noun, post in posts.items()]
    return or_(Showing.subject_kind == keeping.PROFILE, *of_posts)
