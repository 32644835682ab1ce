"""Rows of a Stack Exchange dump → authors, drafts and outcomes; nothing here touches the database."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kb.exchange.authors import Author, unknown
from kb.exchange.drafts import AnswerDraft, CommentDraft, Draft, QuestionDraft
from kb.exchange.outcomes import Accepted, Repeat, Shut, Vote
from kb.exchange.rows import BadRow, Row, Skip, rows

QUESTION, ANSWER = "1", "2"
ACCEPTED, UP, DOWN = "1", "2", "3"
DUPLICATE = "3"
_TAG = re.compile(r"[^<>|\s]+")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dump:
    """The files of one site. A bad row is told to ``skip`` once, however often its file is read."""

    folder: Path
    skip: Skip

    def people(self) -> Iterator[Author]:
        """Yield the users who wrote or rated something; most of a dump's users never did."""
        active = {row.text("OwnerUserId") for row in self._rows("Posts.xml", quietly=True)}
        for name in ("Comments.xml", "Votes.xml"):
            active |= {row.text("UserId") for row in self._rows(name, quietly=True)}
        yield from self._read("Users.xml", lambda row: _user(row) if row.text("Id") in active else None)

    def questions(self, category_id: int) -> Iterator[QuestionDraft]:
        """Yield the questions; names what is wrong with the file, and rows that say of no kind of post."""
        return self._read("Posts.xml", lambda row: _question(row, category_id))

    def answers(self) -> Iterator[AnswerDraft]:
        """Yield the answers."""
        return self._read("Posts.xml", _answer, only=ANSWER)

    def comments(self) -> Iterator[CommentDraft]:
        """Yield the comments; dumps have them as Markdown."""
        return self._read("Comments.xml", _comment)

    def votes(self) -> Iterator[Vote]:
        """Yield votes for and against, and those that say when an answer was accepted."""
        return self._read("Votes.xml", _vote)

    def accepted(self) -> Iterator[Accepted]:
        """Yield which answer solved which question."""
        return self._read("Posts.xml", _accepted, only=QUESTION)

    def closed(self) -> Iterator[Shut]:
        """Yield which questions were closed."""
        return self._read("Posts.xml", _closed, only=QUESTION)

    def repeats(self) -> Iterator[Repeat]:
        """Yield which questions were asked before."""
        return self._read("PostLinks.xml", _repeat)

    def _read(self, name: str, make: Callable[[Row], T | None], *, only: str = "") -> Iterator[T]:
        """Yield what ``make`` makes of each row; with ``only``, of posts of one kind in a file that was read before."""
        for row in self._rows(name, quietly=bool(only)):
            if only and row.text("PostTypeId") != only:
                continue
            try:
                made = make(row)
            except BadRow as error:
                self.skip(row.place, str(error))
                continue
            if made is not None:
                yield made

    def _rows(self, name: str, *, quietly: bool = False) -> Iterator[Row]:
        path = self.folder / name
        if path.is_file():
            yield from rows(path, _say_nothing if quietly else self.skip)


def _say_nothing(place: str, why: str) -> None:
    """What is wrong was said when the file was read before."""


def _user(row: Row) -> Author:
    return Author(row.key("Id"), row.text("DisplayName"), row.moment("CreationDate"))


def _question(row: Row, category_id: int) -> QuestionDraft | None:
    if row.key("PostTypeId") != QUESTION:
        return None
    return QuestionDraft(
        post=_post(row),
        title=row.text("Title"),
        category_id=category_id,
        tags=tuple(_TAG.findall(row.text("Tags"))),
        views=row.number("ViewCount"),
    )


def _answer(row: Row) -> AnswerDraft:
    return AnswerDraft(post=_post(row), question_key=row.key("ParentId"))


def _post(row: Row) -> Draft:
    created = row.moment("CreationDate")
    return Draft(
        place=row.place,
        key=row.key("Id"),
        author=_author(row, "OwnerUserId", "OwnerDisplayName"),
        created_at=created,
        edited_at=row.moment_if_any("LastEditDate"),
        html=row.text("Body"),
    )


def _comment(row: Row) -> CommentDraft:
    post = Draft(
        place=row.place,
        key=row.key("Id"),
        author=_author(row, "UserId", "UserDisplayName"),
        created_at=row.moment("CreationDate"),
        edited_at=None,
        markdown=row.text("Text"),
    )
    return CommentDraft(post=post, post_key=row.key("PostId"))


def _author(row: Row, key: str, name: str) -> Author:
    """Return the user who wrote it; without Users.xml their number is all that tells them apart."""
    since = row.moment("CreationDate")
    if not row.text(key):
        return unknown(row.text(name), since)
    return Author(row.key(key), row.text(name) or f"Member {row.key(key)}", since)


def _vote(row: Row) -> Vote | None:
    kind = row.text("VoteTypeId")
    if kind not in (ACCEPTED, UP, DOWN):
        return None
    return Vote(
        post_key=row.key("PostId"),
        voter_key=row.text("UserId"),
        kind={ACCEPTED: None, UP: True, DOWN: False}[kind],
        at=row.moment("CreationDate"),
    )


def _accepted(row: Row) -> Accepted | None:
    answer = row.text("AcceptedAnswerId")
    return Accepted(row.place, row.key("Id"), answer) if answer and row.text("Id") else None


def _closed(row: Row) -> Shut | None:
    if not row.text("ClosedDate") or not row.text("Id"):
        return None
    return Shut(row.key("Id"), row.moment("ClosedDate"))


def _repeat(row: Row) -> Repeat | None:
    if row.text("LinkTypeId") != DUPLICATE:
        return None
    return Repeat(row.key("PostId"), row.key("RelatedPostId"), row.moment("CreationDate"))
