"""What of the community can be followed, and which of it a person may still hear of."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.forum import categories, rules, tags
from kb.forum.models import Category, Question, Tag
from kb.forum.shapes import question_address, tag_address
from kb.forum.standing import THREAD
from kb.notices.subjects import Subject, register_subject
from kb.people.models import Person


def register() -> None:
    """Let questions, tags and categories be followed."""
    register_subject(THREAD, _questions)
    register_subject("tag", _tags)
    register_subject("category", _categories)


def _questions(session: Session, ids: Collection[int], person: Person) -> Mapping[int, Subject]:
    found = session.execute(
        select(Question.id, Question.title, Question.slug).where(
            Question.id.in_(ids), rules.visible_to(person, Question)
        )
    )
    return {row.id: Subject(row.title, question_address(row.id, row.slug)) for row in found}


def _tags(session: Session, ids: Collection[int], person: Person) -> Mapping[int, Subject]:
    found = session.execute(select(Tag.id, Tag.name).where(Tag.id.in_(ids), tags.seen_by(person)))
    return {row.id: Subject(row.name, tag_address(row.name)) for row in found}


def _categories(session: Session, ids: Collection[int], person: Person) -> Mapping[int, Subject]:
    found = session.execute(
        select(Category.id, Category.name, Category.slug).where(Category.id.in_(ids), categories.seen_by(person))
    )
    return {row.id: Subject(row.name, f"/categories/{row.slug}") for row in found}
