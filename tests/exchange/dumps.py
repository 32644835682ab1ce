"""Small dumps and archives as tests write them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.exchange import community, stackexchange
from kb.exchange.intake import Summary
from kb.forum import checking
from kb.forum.models import Question

DAY = "2020-01-02T03:04:05.678"


@dataclass
class Onlooker:
    """Remembers what an import told."""

    steps: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def step(self, name: str) -> None:
        self.steps.append(name)

    def advance(self, number: int) -> None:
        assert number > 0

    def skipped(self, place: str, why: str) -> None:
        self.faults.append((place, why))


def xml(path: Path, *rows: dict[str, object] | str) -> None:
    """Write a dump's file: a row an element, a string as it stands."""
    root = path.stem.lower()
    lines = [row if isinstance(row, str) else f"  <row {_attributes(row)} />" for row in rows]
    path.write_text("\n".join(['\ufeff<?xml version="1.0" encoding="utf-8"?>', f"<{root}>", *lines, f"</{root}>", ""]))


def question(number: int, **more: object) -> dict[str, object]:
    row = {"Id": number, "PostTypeId": 1, "CreationDate": DAY, "Title": f"How to do {number}?", "Tags": "<a><b-c>"}
    return row | {"Body": f"<p>Question <b>{number}</b></p>", "OwnerUserId": 1} | more


def answer(number: int, to: int, **more: object) -> dict[str, object]:
    row = {"Id": number, "PostTypeId": 2, "ParentId": to, "CreationDate": "2020-02-02T00:00:00.000"}
    return row | {"Body": f"<p>Answer {number}</p>", "OwnerUserId": 2} | more


def user(number: int, name: str) -> dict[str, object]:
    return {"Id": number, "DisplayName": name, "CreationDate": DAY, "Reputation": 1}


def jsonl(path: Path, *lines: object) -> None:
    """Write an archive: a line an object, a string as it stands."""
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))


def asked(key: str, *answers: dict[str, object], **more: object) -> dict[str, object]:
    said = {"id": key, "title": f"How to do {key}?", "body_html": f"<p>Question {key}</p>", "author": "ann"}
    return said | {"created_at": "2020-01-02T03:04:05+00:00", "category": "tabs", "answers": list(answers)} | more


def replied(key: str, **more: object) -> dict[str, object]:
    return {"id": key, "author": "ben", "created_at": "2020-01-03T00:00:00+00:00", "body_html": f"<p>{key}</p>"} | more


def load(session: Session, folder: Path) -> tuple[Summary, Onlooker]:
    """Import a dump, and check every counter after each commit."""
    seen, commit = Onlooker(), _CheckedCommit(session)
    return stackexchange.import_site(session, folder=folder, commit=commit, watch=seen), seen


def load_archive(session: Session, file: Path) -> tuple[Summary, Onlooker]:
    """The same for an archive."""
    seen, commit = Onlooker(), _CheckedCommit(session)
    return community.import_archive(session, file=file, commit=commit, watch=seen), seen


def find(session: Session, key: str) -> Question:
    """Return the question with an id of the origin."""
    return session.scalars(select(Question).where(Question.origin_id == key)).one()


def number_of(session: Session, model: type) -> int:
    """Return how many rows there are."""
    return session.scalar(select(func.count()).select_from(model)) or 0


@dataclass
class _CheckedCommit:
    session: Session

    def __call__(self) -> None:
        self.session.commit()
        assert list(checking.faults(self.session)) == []
        self.session.rollback()


def _attributes(row: dict[str, object]) -> str:
    return " ".join(f"{name}={quoteattr(str(value), {chr(10): '&#xA;'})}" for name, value in row.items())
