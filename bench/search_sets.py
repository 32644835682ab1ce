"""Questions whose right answer is known, from the real data: what search is judged by."""

import csv
import gzip
import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from pathlib import Path
from string import ascii_lowercase

from kb.exchange.rows import Row, rows
from kb.search.documents import QUESTION, Document
from kb.search.engine import Key

DATA = Path(os.environ.get("KB_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
LONGEST_TEXT = 20_000
"""Characters of a thread that are searched, as the site has it."""
TYPOS = 2_000
_WORD = re.compile(r"\b[A-Za-z]{4,}\b")
_TAG = re.compile(r"<[^>]+>")
_DUPLICATE = "3"  # PostLinks' LinkTypeId


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody types, which document is right, and which one the words were taken from and must not answer."""

    text: str
    right: Key
    itself: Key | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Documents, and questions about them."""

    name: str
    documents: tuple[Document, ...]
    asked: tuple[Asked, ...]


def samples() -> Iterator[Sample]:
    """Yield every set of the real data, the smaller ones first."""
    yield faq("stackfaq, question and answers", with_answers=True)
    yield faq("stackfaq, question only", with_answers=False)
    for name in ("beer", "cardano", "bicycles.meta", "cstheory.meta"):
        yield stackexchange(name)
    held = tuple(community("support-16k"))
    yield duplicates("support-16k, different titles", held, with_same_title=False)
    yield duplicates("support-16k, all pairs", held, with_same_title=True)
    yield from typos(held)


def community(name: str, most: int = 1_000_000) -> Iterator[Document]:
    """Yield the first ``most`` questions of one of the archives, with their answers in the text."""
    with gzip.open(DATA / "community" / f"{name}.jsonl.gz", "rt") as file:
        for line in islice(file, most):
            row = json.loads(line)
            bodies = [row, *row.get("answers", [])]
            yield Document(
                kind=QUESTION,
                ref=int(row["id"]),
                title=row["title"],
                text=_joined(one.get("body_html") or one.get("body_md") or "" for one in bodies),
                at=datetime.fromisoformat(row["created_at"]),
                tags=tuple(row["tags"]),
                section=row["category"],
                status="answered" if row.get("answers") else "needs_answer",
            )


def faq(name: str, *, with_answers: bool) -> Sample:
    """Return the questions of stackfaq, each to be found by what people made of it in their own words."""
    threads = json.loads((DATA / "stackfaq" / "stackExchange-FAQ.json").read_text())["root"]["qapair"]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    documents: list[Document] = []
    asked: list[Asked] = []
    for ref, thread in enumerate(threads, 1):
        text = "\n".join(thread["answer"]) if with_answers else ""
        documents.append(Document(QUESTION, ref, thread["question"], text, at))
        asked.extend(Asked(said, Key(QUESTION, ref)) for said in thread["rephr"] if said and said != "*")
    return Sample(name, tuple(documents), tuple(asked))


def stackexchange(name: str) -> Sample:
    """Return a Stack Exchange site; the title of a question closed as a duplicate has to find the first one."""
    folder = DATA / "stackexchange" / name
    questions: dict[str, Row] = {}
    bodies: dict[str, list[str]] = {}
    for row in rows(folder / "Posts.xml", _fail):
        if row.text("PostTypeId") == "1":
            questions[row.text("Id")] = row
            bodies.setdefault(row.text("Id"), []).insert(0, row.text("Body"))
        elif row.text("PostTypeId") == "2":
            bodies.setdefault(row.text("ParentId"), []).append(row.text("Body"))
    documents = tuple(
        Document(
            kind=QUESTION,
            ref=int(number),
            title=row.text("Title"),
            text=_joined(bodies[number]),
            at=row.moment("CreationDate"),
            tags=tuple(re.findall(r"[^<>|]+", row.text("Tags"))),
            status="answered" if len(bodies[number]) > 1 else "needs_answer",
        )
        for number, row in questions.items()
    )
    links = [
        (row.text("PostId"), row.text("RelatedPostId"))
        for row in rows(folder / "PostLinks.xml", _fail)
        if row.text("LinkTypeId") == _DUPLICATE
    ]
    return Sample(name, documents, tuple(_pairs({one.ref: one for one in documents}, links)))


def duplicates(name: str, held: tuple[Document, ...], *, with_same_title: bool) -> Sample:
    """Return questions that a moderator or helper called duplicates; the later title has to find the first one."""
    with (DATA / "community" / "support-16k.duplicates.tsv").open() as file:
        links = [
            (row["question_id"], row["duplicate_of"])
            for row in csv.DictReader(file, delimiter="\t")
            if with_same_title or row["same_title"] == "0"
        ]
    return Sample(name, held, tuple(_pairs({one.ref: one for one in held}, links)))


def typos(held: tuple[Document, ...]) -> Iterator[Sample]:
    """Yield titles with a mistake in one word, and their three rarest words with and without, drawn from a seed.

    Only titles are taken that no other question has, because nobody could tell which of two equals is meant.
    """
    chance = random.Random(2026)
    same = Counter(one.title.casefold() for one in held)
    known = Counter(word for one in held for word in set(_WORD.findall(one.title.casefold())))
    whole = [one for one in held if same[one.title.casefold()] == 1 and _WORD.search(one.title)]
    chosen = chance.sample(whole, TYPOS)
    asked = [Asked(_mistyped(one.title, chance), Key(one.kind, one.ref)) for one in chosen]
    yield Sample("support-16k, a typo in the title", held, tuple(asked))
    short = [Asked(_rarest(one.title, known), Key(one.kind, one.ref)) for one in chosen]
    yield Sample("support-16k, three words of a title", held, tuple(short))
    asked = [Asked(_mistyped(one.text, chance), one.right) for one in short]
    yield Sample("support-16k, three words, one mistyped", held, tuple(asked))


def _rarest(title: str, known: Counter[str]) -> str:
    """Return the three words of ``title`` that the fewest titles hold, in their order."""
    words = list(dict.fromkeys(_WORD.findall(title)))
    rarest = sorted(words, key=lambda word: known[word.casefold()])[:3]
    return " ".join(word for word in words if word in rarest)


def _mistyped(title: str, chance: random.Random) -> str:
    """Return ``title`` with one letter of one word dropped, doubled, swapped with the next, or replaced."""
    word = chance.choice(list(_WORD.finditer(title)))
    while True:
        at = chance.randrange(word.start(), word.end() - 1)
        first, second = title[at], title[at + 1]
        other = chance.choice(ascii_lowercase)
        made = chance.choice((second, first + first + second, second + first, other + second))
        if made.lower() != title[at : at + 2].lower():
            return title[:at] + made + title[at + 2 :]


def _pairs(held: dict[int, Document], links: list[tuple[str, str]]) -> Iterator[Asked]:
    for later, first in links:
        if int(later) in held and int(first) in held:
            yield Asked(held[int(later)].title, Key(QUESTION, int(first)), Key(QUESTION, int(later)))


def _joined(bodies: Iterator[str] | list[str]) -> str:
    return unescape(_TAG.sub(" ", "\n".join(bodies)))[:LONGEST_TEXT]


def _fail(place: str, why: str) -> None:
    raise ValueError(f"{place}: {why}")
