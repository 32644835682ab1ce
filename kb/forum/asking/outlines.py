"""What a question in a category starts with: headings to fill in, such as what happened and with which version."""

from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.forum import categories
from kb.forum.models import Category
from kb.people.rules import Reader


def by_category(session: Session, viewer: Reader | None) -> dict[str, str]:
    """Return the outline of each category that has one and ``viewer`` may see, by slug."""
    return {one.slug: one.template_md for one in categories.ordered(session, viewer) if one.template_md.strip()}


def check(category: Category, body: str) -> None:
    """Raise Invalid naming body when nothing was written into the category's outline."""
    if category.template_md.strip() and body.split() == category.template_md.split():
        raise Invalid("body", "Write what fits under the headings; leave out what does not.")
