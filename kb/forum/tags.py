"""Tags: what may be one, making them on first use, and keeping their counts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.forum import rules
from kb.forum.models import Question, QuestionTag, Tag, TagSynonym
from kb.notices.once import add_once
from kb.people.rules import Reader

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


def chosen(session: Session, names: Iterable[str]) -> list[str]:
    """Return the tags that ``names`` mean: a synonym stands for its tag. Raises Invalid as ``check`` does."""
    wanted = check(names)
    synonyms = select(TagSynonym.name, Tag.name).join(Tag, Tag.id == TagSynonym.tag_id)
    meant = dict(session.execute(synonyms.where(TagSynonym.name.in_(wanted))).all()) if wanted else {}
    return list(dict.fromkeys(meant.get(name, name) for name in wanted))


def find(session: Session, name: str, viewer: Reader | None = None) -> Tag:
    """Return a tag by its name; raises NotFound when there is none, or it is on nothing that ``viewer`` may see."""
    tag = session.scalar(select(Tag).where(Tag.name == name.lower(), seen_by(viewer)))
    if tag is None:
        raise NotFound("No question carries this tag.")
    return tag


def meant(session: Session, name: str, viewer: Reader | None = None) -> str:
    """Return the name of the tag that ``name`` is a synonym of, "" where ``viewer`` may see no such tag."""
    found = select(Tag.name).join(TagSynonym, TagSynonym.tag_id == Tag.id)
    return session.scalar(found.where(TagSynonym.name == name.lower(), seen_by(viewer))) or ""


def seen_by(viewer: Reader | None) -> ColumnElement[bool]:
    """Return the condition under which tags may be seen: they are on a question that ``viewer`` may see."""
    among = rules.finds(viewer)
    if among.audiences == rules.EVERYBODYS:
        return Tag.questions_count > 0
    on_theirs = (
        select(QuestionTag.question_id)
        .join(Question, Question.id == QuestionTag.question_id)
        .where(QuestionTag.tag_id == Tag.id, rules.visible(Question, sight=among))
    )
    return or_(Tag.questions_count > 0, on_theirs.exists())


def in_use(holding: str = "") -> ColumnElement[bool]:
    """Return the condition for tags that everybody sees, with ``holding`` in their name or in a synonym's."""
    text = holding.strip().lower()
    if not text:
        return Tag.questions_count > 0
    called = select(TagSynonym.name).where(TagSynonym.tag_id == Tag.id, TagSynonym.name.contains(text, autoescape=True))
    return and_(Tag.questions_count > 0, or_(Tag.name.contains(text, autoescape=True), called.exists()))


def likely(session: Session, question_ids: Sequence[int], *, limit: int = 8) -> tuple[str, ...]:
    """Return the tags that most of these questions carry, the most first: what a question like them may be about."""
    found = session.scalars(select(Question.tag_names).where(Question.id.in_(question_ids))).all()
    counted = Counter(name for names in found for name in names)
    return tuple(name for name, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:limit])


def ensure(session: Session, names: Sequence[str]) -> dict[str, int]:
    """Return the id of each tag, making those there are not yet; safe when two questions bring the same new tag."""
    if not names:
        return {}
    add_once(session, Tag, [{"name": name, "questions_count": 0} for name in sorted(names)], [Tag.id])
    return dict(session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(names))).all())


def count(session: Session, names: Iterable[str], by: int) -> None:
    """Change how many questions that everybody sees carry each of ``names`` by ``by``."""
    chosen = sorted(names)
    if chosen:
        session.execute(
            update(Tag).where(Tag.name.in_(chosen)).values(questions_count=Tag.questions_count + by),
            execution_options={"synchronize_session": False},
        )
