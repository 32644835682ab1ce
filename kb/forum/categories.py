"""Categories: the parts of the community, and those a fresh site starts with."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.forum import rules
from kb.forum.models import Category, CategoryAddress
from kb.forum.writing import slug_of
from kb.people.rules import Reader

DEFAULTS = (
    ("getting-started", "Getting started", "First steps: set-up, signing in, finding your way around."),
    ("how-do-i", "How do I …?", "You know what you want to do, but not how."),
    ("problems", "Something is not working", "Error messages, surprises, and things that used to work."),
    ("ideas", "Ideas and feedback", "What is missing, and what could be better."),
    ("about-this-place", "About this community", "How asking, answering and the help articles work here."),
)


def find(session: Session, slug: str, viewer: Reader | None = None) -> Category:
    """Return the category with ``slug``; raises NotFound when there is none or ``viewer`` may not see it."""
    category = session.scalar(select(Category).where(Category.slug == slug, seen_by(viewer)))
    if category is None:
        raise NotFound("There is no such category.")
    return category


def ordered(session: Session, viewer: Reader | None = None) -> list[Category]:
    """Return the categories that ``viewer`` may see as they are listed: by position, then by name."""
    found = select(Category).where(seen_by(viewer))
    return list(session.scalars(found.order_by(Category.position, Category.name)))


def seen_by(viewer: Reader | None) -> ColumnElement[bool]:
    """Return the condition under which categories may be seen by ``viewer``."""
    return Category.audience.in_(rules.audiences(viewer))


def moved(session: Session, slug: str, viewer: Reader | None = None) -> str:
    """Return the slug of the category that left ``slug``, "" where ``viewer`` may see no such category."""
    found = select(Category.slug).join(CategoryAddress, CategoryAddress.category_id == Category.id)
    return session.scalar(found.where(CategoryAddress.slug == slug, seen_by(viewer))) or ""


def hold(session: Session, category: Category) -> None:
    """Read ``category`` anew and keep others from changing whom it is for until this transaction ends."""
    session.refresh(category, with_for_update={"key_share": True})


def create(
    session: Session, *, name: str, description: str = "", position: int | None = None, origin: str | None = None
) -> Category:
    """Add a category with a slug made from ``name`` (numbered when taken); it comes last unless ``position`` is given.

    Raises Invalid when there is no name, or it has over 80 characters.
    """
    name = name_of(name)
    slug = free_slug(session, name)
    if position is None:
        position = (session.scalar(select(func.max(Category.position))) or 0) + 10
    category = Category(slug=slug, name=name, description=description, position=position, origin=origin)
    session.add(category)
    session.flush()
    return category


def name_of(text: str) -> str:
    """Return a name with single spaces; raises Invalid unless it has 1 to 80 characters."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 80:
        raise Invalid("name", "A category needs a name of at most 80 characters.")
    return name


def free_slug(session: Session, name: str, mine: int = 0) -> str:
    """Return a slug for ``name`` that no category has, or had and is still found by, but the one with id ``mine``."""
    had = select(CategoryAddress.slug).where(CategoryAddress.category_id != mine)
    taken = {*session.scalars(select(Category.slug).where(Category.id != mine)), *session.scalars(had)}
    slug = base = slug_of(name)[:70]
    number = 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def ensure_defaults(session: Session) -> int:
    """Give a site that has no category the ones to start with; returns how many were added."""
    if session.scalar(select(Category.id).limit(1)) is not None:
        return 0
    session.add_all(
        Category(slug=slug, name=name, description=description, position=10 * number)
        for number, (slug, name, description) in enumerate(DEFAULTS, start=1)
    )
    session.flush()
    return len(DEFAULTS)
