"""Tags: what may be one, making them on first use, and keeping their counts."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.forum.models import Tag
from kb.notices.once import add_once

MOST = 5
LONGEST = 40

_NAME = re.compile(r"[\w+#.][\w.+#-]*")


def parse(text: str) -> list[str]:
    """Return the tags somebody typed, parted by spaces or commas; raises Invalid as ``check`` does."""
    return check(re.split(r"[\s,;]+", text))


def check(names: Iterable[str]) -> list[str]:
    """Return ``names`` in lower case, each once, in their order.

    Raises Invalid when there are more than five, one has over 40 characters, or one holds anything but letters,
    digits, ``-``, ``.``, ``+`` and ``#``.
    """
    tags = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    for tag in tags:
        if len(tag) > LONGEST:
            raise Invalid("tags", "A tag has at most %(most)s characters: “%(tag)s”.", most=LONGEST, tag=tag[:60])
        if not _NAME.fullmatch(tag) or "_" in tag or not any(c.isalnum() for c in tag):
            raise Invalid("tags", "A tag is made of letters, digits, “-”, “.”, “+” and “#”: not “%(tag)s”.", tag=tag)
    if len(tags) > MOST:
        raise Invalid("tags", "Choose at most %(most)s tags.", most=MOST)
    return tags


def ensure(session: Session, names: Sequence[str]) -> dict[str, int]:
    """Return the id of each tag, making those there are not yet; safe when two questions bring the same new tag."""
    if not names:
        return {}
    add_once(session, Tag, [{"name": name, "questions_count": 0} for name in sorted(names)], [Tag.id])
    return dict(session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(names))).all())


def count(session: Session, names: Iterable[str], by: int) -> None:
    """Change how many visible questions carry each of ``names`` by ``by``."""
    chosen = sorted(names)
    if chosen:
        session.execute(
            update(Tag).where(Tag.name.in_(chosen)).values(questions_count=Tag.questions_count + by),
            execution_options={"synchronize_session": False},
        )
