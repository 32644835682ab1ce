"""Lines of a community archive → drafts and outcomes; nothing here touches the database."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.exchange.authors import Author, unknown
from kb.exchange.drafts import AnswerDraft, Draft, QuestionDraft, cleaned
from kb.exchange.outcomes import Accepted, Repeat
from kb.exchange.rows import BadRow, Skip

_GZIP = b"\x1f\x8b"
_LONGEST_KEY = 60
_MOST = 2**31 - 1
Said = dict[str, Any]
"""What one line says."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The file. A bad line is told to ``skip`` once, however often the file is read."""

    path: Path
    skip: Skip

    def questions(self, category_of: Callable[[str], int]) -> Iterator[QuestionDraft]:
        """Yield the questions; ``category_of`` finds or makes a category by its name in the archive."""
        for place, said in self._lines(self.skip):
            yield QuestionDraft(
                post=_post(place, said),
                title=str(said["title"]),
                category_id=category_of(str(said.get("category") or "")),
                tags=tuple(str(tag) for tag in _list(said, "tags")),
                views=_number(said, "views"),
            )

    def answers(self) -> Iterator[AnswerDraft]:
        """Yield the answers; those marked as spam are to be hidden."""
        for place, said in self._lines():
            for number, answer in enumerate(_list(said, "answers"), start=1):
                try:
                    yield _answer(f"{place}, answer {number}", answer, _key(said))
                except BadRow as error:
                    self.skip(f"{place}, answer {number}", str(error))

    def accepted(self) -> Iterator[Accepted]:
        """Yield which answer solved which question."""
        for place, said in self._lines():
            if said.get("accepted_answer_id"):
                yield Accepted(place, _key(said), str(said["accepted_answer_id"]))

    def repeats(self) -> Iterator[Repeat]:
        """Yield which questions were asked before; since an archive does not say who found that when, as of asking."""
        for _, said in self._lines():
            if said.get("duplicate_of"):
                yield Repeat(_key(said), str(said["duplicate_of"]), _moment(said))

    def _lines(self, skip: Skip | None = None) -> Iterator[tuple[str, Said]]:
        """Yield each line that holds a question, with its place; the others are told to ``skip``, if it is given."""
        skip = skip or _say_nothing
        for number, line in enumerate(self._raw(skip), start=1):
            place = f"{self.path.name} line {number}"
            if not line.strip():
                continue
            try:
                said = _question(line)
            except BadRow as error:
                skip(place, str(error))
                continue
            yield place, said

    def _raw(self, skip: Skip) -> Iterator[bytes]:
        """Yield the lines as they are, up to where a packed file breaks off."""
        with self.path.open("rb") as start:
            is_packed = start.read(2) == _GZIP
        number = 0
        with gzip.open(self.path) if is_packed else self.path.open("rb") as file:
            try:
                for line in file:
                    number += 1
                    yield line
            except (EOFError, zlib.error, gzip.BadGzipFile):
                skip(f"{self.path.name} line {number + 1}", "the file breaks off there; what came before was read")


def _say_nothing(place: str, why: str) -> None:
    """What is wrong was said when the file was read before."""


def _question(line: bytes) -> Said:
    """Return what a line says; raises BadRow unless that is a question with an id, a title and a date."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRow("not JSON") from None
    if not isinstance(said, dict):
        raise BadRow("not a question")
    _key(said)
    _moment(said)
    if not cleaned(str(said.get("title") or "")):
        raise BadRow("no title")
    return said


def _answer(place: str, said: object, question_key: str) -> AnswerDraft:
    if not isinstance(said, dict):
        raise BadRow("not an answer")
    return AnswerDraft(
        post=_post(place, said),
        question_key=question_key,
        helpful=_number(said, "helpful"),
        not_helpful=_number(said, "not_helpful"),
        is_spam=said.get("spam") is True,
    )


def _post(place: str, said: Said) -> Draft:
    created = _moment(said)
    name = cleaned(str(said.get("author") or ""))
    return Draft(
        place=place,
        key=_key(said),
        author=Author(name[:_LONGEST_KEY], name, created) if name else unknown("", created),
        created_at=created,
        edited_at=None,
        html=str(said.get("body_html") or ""),
        markdown=str(said.get("body_md") or ""),
    )


def _key(said: Said) -> str:
    key = str(said.get("id") or "")
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise BadRow("no id")
    return key


def _moment(said: Said) -> datetime:
    text = str(said.get("created_at") or "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f"created_at is {text!r}" if text else "no created_at") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _number(said: Said, name: str) -> int:
    value = said.get(name)
    return max(0, min(value, _MOST)) if isinstance(value, int) else 0


def _list(said: Said, name: str) -> list[Any]:
    value = said.get(name)
    return value if isinstance(value, list) else []
