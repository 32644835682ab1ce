"""Answers → an article's file, drafted from a thread; the file goes the way of every article."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, joinedload

from kb import clock
from kb.articles.addresses import folder_of
from kb.articles.models import Article, Section
from kb.errors import Invalid, NotFound, Refused
from kb.forum import pictures, rules, writing
from kb.forum.models import Acceptance, Answer, Question
from kb.forum.shapes import question_address
from kb.forum.solving.models import Adoption, DraftBranch
from kb.markup.plain import shorten, text_of
from kb.markup.sanitizing import UPLOAD
from kb.people.models import Person
from kb.publishing.starting import file_name, file_text

SUMMARY = 200
MOST_ANSWERS = 30
_PICTURE = re.compile(rf"(?P<before>\]\(\s*<?)(?:https?://[^\s/()]+)?/uploads/(?P<name>{UPLOAD})(?=[\s>)])")


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose words an article is made of."""

    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """What somebody made of a thread; it is not an article before its file is among the articles and published."""

    title: str
    folder: str
    path: str
    """Of the file, relative to the folder of articles."""
    text: str
    answer_ids: tuple[int, ...]
    credits: tuple[Credit, ...]
    question_path: str
    pictures: dict[str, bytes] = field(default_factory=dict, repr=False)
    """By their paths, relative to the folder of articles."""

    @property
    def name(self) -> str:
        """The last part of the file's path."""
        return self.path.rpartition("/")[2]


def begin(
    session: Session, *, question: Question, answer_ids: Iterable[int], title: str, folder: str, by: Person
) -> None:
    """Keep which answers ``by`` wants an article of, in place of what they chose before for this question.

    Raises Refused unless they help here or write articles, and Invalid naming title, folder or answers.
    """
    if not rules.may_make_article(by, question):
        raise Refused("Only experts and writers can make an article.")
    if not title.strip():
        raise Invalid("title", "Give the article a title.")
    title, chosen = writing.title_of(title), set(answer_ids)
    if folder not in dict(folders(session)):
        raise Invalid("folder", "Choose one of the sections.")
    answers = [one for one in offered(session, question) if one.id in chosen]
    if not answers or len(answers) != len(chosen):
        raise Invalid("answers", "Choose the answers that the article is made of.")
    session.execute(delete(Adoption).where(*_mine(question.id, by), Adoption.live_at.is_(None)))
    session.execute(delete(DraftBranch).where(DraftBranch.question_id == question.id, DraftBranch.person_id == by.id))
    at = clock.now()
    for answer in answers:
        session.add(
            Adoption(
                question_id=question.id, answer_id=answer.id, title=title, folder=folder, person_id=by.id, made_at=at
            )
        )


def offered(session: Session, question: Question) -> Sequence[Answer]:
    """Return the 30 answers that an article can be made of: the accepted one first, then the most helpful."""
    accepted = select(Acceptance.answer_id).where(Acceptance.question_id == question.id).scalar_subquery()
    rows = select(Answer).where(Answer.question_id == question.id, Answer.hidden_at.is_(None))
    rows = rows.order_by((Answer.id == accepted).desc().nulls_last(), Answer.score.desc(), Answer.id)
    return session.scalars(rows.limit(MOST_ANSWERS).options(joinedload(Answer.author))).all()


def folders(session: Session) -> list[tuple[str, str]]:
    """Return the folders that hold articles of the site's own language, each with what readers call it."""
    rows = session.execute(
        select(Article.path, Section.title)
        .join(Section, Section.id == Article.section_id)
        .where(Article.tree == "", Article.status != "retired")
        .order_by(Section.position, Section.title, Article.path)
    )
    found = {folder_of(row.path): row.title for row in rows}
    return list(found.items()) or [("", "General")]


def draft_of(session: Session, question: Question, by: Person) -> ArticleDraft:
    """Return what ``by`` made of ``question``; raises NotFound where they made nothing, or it is live."""
    rows = session.scalars(select(Adoption).where(*_mine(question.id, by), Adoption.live_at.is_(None))).all()
    chosen = {row.answer_id for row in rows}
    answers = [one for one in offered(session, question) if one.id in chosen]
    if not answers:
        raise NotFound()
    folder, title = rows[0].folder, rows[0].title
    path = _free_path(session, folder, file_name(title))
    bodies, shown = _with_pictures(session, [question.body_md, *(answer.body_md for answer in answers)], by)
    people = {answer.author_id: answer.author for answer in answers} | {question.author_id: question.author}
    credits = tuple(Credit(person.name, person.handle) for person in people.values())
    return ArticleDraft(
        title=title,
        folder=folder,
        path=path,
        text=file_text(_head(title, question, answers, credits), _composed(bodies)),
        answer_ids=tuple(answer.id for answer in answers),
        credits=credits,
        question_path=question_address(question.id, question.slug),
        pictures={within(folder, name): data for name, data in shown.items()},
    )


def _mine(question_id: int, by: Person) -> tuple[ColumnElement[bool], ...]:
    return Adoption.question_id == question_id, Adoption.person_id == by.id


def _head(title: str, question: Question, answers: Sequence[Answer], credits: Iterable[Credit]) -> dict[str, object]:
    """Return the front matter; what only some could read in the thread is for no more people as an article."""
    audience = {"audience": question.audience} if question.audience != "public" else {}
    return {
        "title": title,
        "summary": shorten(text_of(answers[0].body_html), SUMMARY),
        "tags": list(question.tag_names),
        **audience,
        "credits": [credit.name for credit in credits],
        "from_question": question.id,
        "from_answers": [answer.id for answer in answers],
    }


def _composed(bodies: Sequence[str]) -> str:
    """Return the text of an article: what the problem is, then each answer to it."""
    problem, *answers = bodies
    headings = ["What helps", *("What helps too" for _ in answers[1:])]
    parts = ["## What happens", problem]
    for heading, answer in zip(headings, answers, strict=True):
        parts += [f"## {heading}", answer]
    return "\n\n".join(part.strip() for part in parts)


def _with_pictures(session: Session, bodies: Sequence[str], by: Person) -> tuple[list[str], dict[str, bytes]]:
    """Return ``bodies`` naming the pictures that ``by`` may see as files beside the article, and these files."""
    found: dict[str, bytes] = {}
    for name in sorted({match["name"] for body in bodies for match in _PICTURE.finditer(body)}):
        with suppress(NotFound):
            found[name] = pictures.find(session, name, by).data

    def carried(match: re.Match[str]) -> str:
        return f"{match['before']}images/{match['name']}" if match["name"] in found else match[0]

    return [_PICTURE.sub(carried, body) for body in bodies], {f"images/{name}": data for name, data in found.items()}


def _free_path(session: Session, folder: str, name: str) -> str:
    """Return a path in ``folder`` that no article has, because a patch that adds a file cannot change one."""
    stem = within(folder, name.removesuffix(".md"))
    taken = set(session.scalars(select(Article.path).where(Article.path.startswith(stem, autoescape=True))))
    number = next(number for number in range(1, len(taken) + 2) if _numbered(stem, number) not in taken)
    return _numbered(stem, number)


def _numbered(stem: str, number: int) -> str:
    return f"{stem}.md" if number == 1 else f"{stem}-{number}.md"


def within(folder: str, name: str) -> str:
    """Return the path of what is called ``name`` in ``folder``, which is empty at the top."""
    return f"{folder}/{name}" if folder else name
