"""Categories: the parts of the community, and those a fresh site starts with."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.forum.models import Category
from kb.forum.writing import slug_of

DEFAULTS = (
    ("getting-started", "Getting started", "First steps: set-up, signing in, finding your way around."),
    ("how-do-i", "How do I …?", "You know what you want to do, but not how."),
    ("problems", "Something is not working", "Error messages, surprises, and things that used to work."),
    ("ideas", "Ideas and feedback", "What is missing, and what could be better."),
    ("about-this-place", "About this community", "How asking, answering and the help articles work here."),
)


def find(session: Session, slug: str) -> Category:
    """Return the category with ``slug``; raises NotFound."""
    category = session.scalar(select(Category).where(Category.slug == slug))
    if category is None:
        raise NotFound("There is no such category.")
    return category


def ordered(session: Session) -> list[Category]:
    """Return all categories as they are listed: by position, then by name."""
    return list(session.scalars(select(Category).order_by(Category.position, Category.name)))


def create(
    session: Session, *, name: str, description: str = "", position: int | None = None, origin: str | None = None
) -> Category:
    """Add a category with a slug made from ``name`` (numbered when taken); it comes last unless ``position`` is given.

    Raises Invalid when there is no name, or it has over 80 characters.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid("name", "A category needs a name of at most 80 characters.")
    taken = set(session.scalars(select(Category.slug)))
    slug = base = slug_of(name)[:70]
    number = 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    if position is None:
        position = (session.scalar(select(func.max(Category.position))) or 0) + 10
    category = Category(slug=slug, name=name, description=description, position=position, origin=origin)
    session.add(category)
    session.flush()
    return category


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
