"""Looking after categories: what they are called and for, who sees them, and who is an expert there."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kb import clock, history
from kb.db import touch_site
from kb.errors import Invalid, Refused
from kb.forum import categories, rules, tag_care, writing
from kb.forum.models import Category, CategoryAddress, Question, QuestionTag
from kb.forum.rows import WHO, who_of
from kb.forum.shapes import Who
from kb.forum.standing import THREAD
from kb.notices import follows
from kb.notices.once import add_once
from kb.people import roles
from kb.people import rules as people_rules
from kb.people.models import Grant, Person, Role
from kb.people.rules import Reader
from kb.search import changes

DESCRIPTION_TO = 300
TEMPLATE_TO = 4_000


@dataclass(frozen=True, slots=True)
class Words:
    """What a category says of itself; ``template`` is what a question in it starts with."""

    name: str
    description: str
    template: str


def may_describe(person: Reader | None) -> bool:
    """Moderators change what categories say."""
    return rules.moderates(person)


def may_govern(person: Reader | None) -> bool:
    """Admins make categories, say whom they are for, and name their experts."""
    return person is not None and people_rules.is_admin(person)


def describe(session: Session, *, category: Category, by: Person, words: Words) -> None:
    """Change what a category says; a new name brings a new address, and the old one leads there from then on.

    Raises Refused unless ``by`` moderates; Invalid naming name, description or template.
    """
    if not may_describe(by):
        raise Refused("Only moderators can change categories.")
    name = categories.name_of(words.name)
    description = writing.note_of(words.description, most=DESCRIPTION_TO, field="description")
    if len(words.template) > TEMPLATE_TO:
        raise Invalid(
            "template", "This is %(n)s characters; at most %(most)s.", n=len(words.template), most=TEMPLATE_TO
        )
    categories.hold(session, category)
    if name != category.name:
        _move(session, category, categories.free_slug(session, name, category.id))
    category.name, category.description = name, description
    category.template_md = words.template.replace("\r\n", "\n").strip()
    _note(session, "category.described", category, by)


def open_to(session: Session, *, category: Category, by: Person, audience: str) -> None:
    """Let ``audience`` see a category and everything in it, and nobody else: public, members or staff.

    Raises Refused unless ``by`` is an admin; Invalid naming audience.
    """
    if not may_govern(by):
        raise Refused("Only admins can say whom a category is for.")
    if audience not in rules.EVERY:
        raise Invalid("audience", "Choose whom this category is for.")
    in_it = Question.category_id == category.id
    # Questions first, then their category: the order in which whoever edits a question takes them.
    session.execute(select(Question.id).where(in_it).order_by(Question.id).with_for_update(key_share=True)).all()
    categories.hold(session, category)
    if category.audience == audience:
        return
    category.audience = audience
    touch_site(session)
    session.execute(update(Question).where(in_it).values(audience=audience))
    session.flush()
    on_them = select(QuestionTag.tag_id).join(Question, Question.id == QuestionTag.question_id).where(in_it)
    tag_care.recount(session, session.scalars(on_them.distinct()).all())
    changes.note_many(session, THREAD, session.scalars(select(Question.id).where(in_it)).all())
    _note(session, "category.opened", category, by, audience=audience)


def create(session: Session, *, by: Person, name: str) -> Category:
    """Add a category that only staff see until an admin says otherwise; raises Refused, or Invalid naming name."""
    if not may_govern(by):
        raise Refused("Only admins can add categories.")
    category = categories.create(session, name=name)
    category.audience = "staff"
    _note(session, "category.created", category, by)
    return category


def experts(session: Session, category: Category) -> tuple[Who, ...]:
    """Return who is an expert in ``category`` though not everywhere, by name."""
    scope = rules.scope_of(category.id)
    held = select(Grant.person_id).where(Grant.role == Role.EXPERT, Grant.scope == scope).correlate(None)
    found = select(*WHO).where(Person.id.in_(held)).order_by(Person.name, Person.id)
    return tuple(who_of(row) for row in session.execute(found))


def appoint(session: Session, *, category: Category, by: Person, handle: str) -> Person:
    """Make the person called ``handle`` an expert in ``category``, who follows it from then on; returns them.

    Raises Refused unless ``by`` is an admin; Invalid naming handle when there is no such person, or they may not see
    the category.
    """
    if not may_govern(by):
        raise Refused("Only admins can name experts.")
    person = session.scalar(select(Person).where(Person.handle == handle.strip().removeprefix("@").lower()))
    if person is None:
        raise Invalid("handle", "There is nobody with this handle.")
    if category.audience not in rules.audiences(person):
        raise Invalid("handle", "%(name)s may not see this category.", name=person.name)
    roles.appoint(session, person=person, scope=rules.scope_of(category.id), by=by)
    follows.follow(session, person=person, subject_kind="category", subject_id=category.id)
    return person


def dismiss(session: Session, *, category: Category, by: Person, person_id: int) -> None:
    """Let somebody be an expert in ``category`` no longer; raises Refused unless ``by`` is an admin."""
    if not may_govern(by):
        raise Refused("Only admins can name experts.")
    person = session.get(Person, person_id)
    if person is not None:
        roles.dismiss(session, person=person, scope=rules.scope_of(category.id), by=by)


def _move(session: Session, category: Category, slug: str) -> None:
    """Give a category another slug; one it had before is taken back."""
    if slug == category.slug:
        return
    session.execute(delete(CategoryAddress).where(CategoryAddress.slug == slug))
    left = {"slug": category.slug, "category_id": category.id, "left_at": clock.now()}
    add_once(session, CategoryAddress, [left], [CategoryAddress.category_id])
    category.slug = slug
    # Search knows places by their slug.
    in_it = select(Question.id).where(Question.category_id == category.id)
    changes.note_many(session, THREAD, session.scalars(in_it).all())


def _note(session: Session, what: str, category: Category, by: Person, **details: str) -> None:
    history.record(session, what, subject_kind="category", subject_id=category.id, person_id=by.id, **details)
