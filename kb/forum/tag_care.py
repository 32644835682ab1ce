"""Looking after tags: what they are for, what else they are called, renaming and merging."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from kb import clock, history
from kb.db import touch_site
from kb.errors import Invalid, Refused
from kb.forum import rules, tags, truths, writing
from kb.forum.models import Question, QuestionTag, Tag, TagSynonym
from kb.forum.standing import THREAD
from kb.notices import follows
from kb.people.models import Person
from kb.people.rules import Reader
from kb.search import changes

DESCRIPTION_TO = 200
CHUNK = 500
_IN_BULK = {"synchronize_session": False}


def may_edit(person: Reader | None) -> bool:
    """Moderators look after tags."""
    return rules.moderates(person)


def synonyms(session: Session, tag: Tag) -> tuple[str, ...]:
    """Return what else ``tag`` is called, in order."""
    found = select(TagSynonym.name).where(TagSynonym.tag_id == tag.id).order_by(TagSynonym.name)
    return tuple(session.scalars(found))


def describe(session: Session, *, tag: Tag, by: Person, description: str) -> None:
    """Say in a sentence what ``tag`` is for. Raises Refused unless ``by`` moderates; Invalid naming description."""
    _allow(by)
    tag.description = writing.note_of(description, most=DESCRIPTION_TO, field="description")
    _note(session, "tag.described", tag, by)


def add_synonym(session: Session, *, tag: Tag, by: Person, name: str) -> None:
    """Let ``name`` mean ``tag``, wherever it is typed. Raises Refused unless ``by`` moderates; Invalid naming synonym.

    What is a tag itself is merged instead, and cannot be made a synonym.
    """
    _allow(by)
    name = _one(name, "synonym")
    in_use = select(Tag.id).join(QuestionTag, QuestionTag.tag_id == Tag.id).where(Tag.name == name)
    if session.scalar(in_use.limit(1)) is not None:
        raise Invalid("synonym", "“%(name)s” is a tag itself: merge it instead.", name=name)
    _let_mean(session, name, tag, by)
    _note(session, "tag.synonym_added", tag, by, name=name)


def remove_synonym(session: Session, *, tag: Tag, by: Person, name: str) -> None:
    """Let ``name`` mean ``tag`` no longer; raises Refused unless ``by`` moderates."""
    _allow(by)
    session.execute(delete(TagSynonym).where(TagSynonym.tag_id == tag.id, TagSynonym.name == name))
    touch_site(session)
    _note(session, "tag.synonym_removed", tag, by, name=name)


def rename(session: Session, *, tag: Tag, by: Person, name: str) -> Tag:
    """Call ``tag`` something else; its old name stays a synonym, so that its page leads there. Returns the tag.

    Where there is a tag of that name, ``tag`` becomes part of it, with its questions, synonyms and followers. Raises
    Refused unless ``by`` moderates; Invalid naming name.
    """
    _allow(by)
    name = _one(name, "name")
    if name == tag.name:
        return tag
    other = session.scalar(select(Tag).where(Tag.name == name))
    _hold(session, tag, other)
    if other is not None:
        return _merge(session, tag, other, by)
    was, tag.name = tag.name, name
    session.execute(delete(TagSynonym).where(TagSynonym.name == name))
    session.flush()
    _let_mean(session, was, tag, by)
    _retag(session, tag, was)
    _note(session, "tag.renamed", tag, by, was=was)
    return tag


def recount(session: Session, tag_ids: Collection[int]) -> None:
    """Count anew how many questions that everybody sees carry each of the tags."""
    ids = sorted(tag_ids)
    for at in range(0, len(ids), CHUNK):
        some = Tag.id.in_(ids[at : at + CHUNK])
        session.execute(update(Tag).where(some).values(questions_count=truths.WITH_TAG), execution_options=_IN_BULK)


def _merge(session: Session, tag: Tag, into: Tag, by: Person) -> Tag:
    was, gone = tag.name, tag.id
    both = select(QuestionTag.question_id).where(QuestionTag.tag_id == into.id)
    to_add = select(QuestionTag.question_id).where(QuestionTag.tag_id == gone, QuestionTag.question_id.not_in(both))
    rows = [{"tag_id": into.id, "question_id": question_id} for question_id in session.scalars(to_add)]
    if rows:
        session.execute(insert(QuestionTag), rows)
    _retag(session, into, was)
    session.execute(update(TagSynonym).where(TagSynonym.tag_id == gone).values(tag_id=into.id))
    follows.pass_on(session, "tag", gone, into.id)
    session.execute(delete(QuestionTag).where(QuestionTag.tag_id == gone), execution_options=_IN_BULK)
    session.delete(tag)
    session.flush()
    _let_mean(session, was, into, by)
    recount(session, [into.id])
    session.refresh(into)
    _note(session, "tag.merged", into, by, was=was)
    return into


def _retag(session: Session, tag: Tag, was: str) -> None:
    """Put the tag's name in the place of what it was on the rows of its questions, and have search read them again."""
    touch_site(session)
    carried = select(QuestionTag.question_id).where(QuestionTag.tag_id == tag.id)
    found = session.execute(select(Question.id, Question.tag_names).where(Question.id.in_(carried))).all()
    renamed = [
        {"id": row.id, "tag_names": list(dict.fromkeys(tag.name if name == was else name for name in row.tag_names))}
        for row in found
        if was in row.tag_names
    ]
    for at in range(0, len(renamed), CHUNK):
        session.execute(update(Question), renamed[at : at + CHUNK])
    changes.note_many(session, THREAD, [row["id"] for row in renamed])


def _let_mean(session: Session, name: str, tag: Tag, by: Person) -> None:
    """Make ``name`` a synonym of ``tag``, whatever it meant before; an unused tag of that name goes."""
    session.execute(delete(TagSynonym).where(TagSynonym.name == name))
    on_nothing = ~select(QuestionTag.tag_id).where(QuestionTag.tag_id == Tag.id).exists()
    session.execute(delete(Tag).where(Tag.name == name, on_nothing), execution_options=_IN_BULK)
    session.add(TagSynonym(name=name, tag_id=tag.id, person_id=by.id, created_at=clock.now()))
    touch_site(session)


def _hold(session: Session, *held: Tag | None) -> None:
    """Keep others from changing these tags until this transaction ends, in the order that counting takes them."""
    session.flush()
    for tag in sorted((one for one in held if one is not None), key=lambda one: one.name):
        session.refresh(tag, with_for_update={"key_share": True})


def _one(text: str, field: str) -> str:
    """Return the one tag that ``text`` names; raises Invalid naming ``field``."""
    try:
        names = tags.parse(text)
    except Invalid as wrong:
        raise Invalid(field, wrong.message, **wrong.params) from wrong
    if len(names) != 1:
        raise Invalid(field, "Name one tag.")
    return names[0]


def _allow(by: Person) -> None:
    if not may_edit(by):
        raise Refused("Only moderators can change tags.")


def _note(session: Session, what: str, tag: Tag, by: Person, **details: str) -> None:
    history.record(session, what, subject_kind="tag", subject_id=tag.id, person_id=by.id, **details)
