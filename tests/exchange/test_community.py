"""Importing community archives."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.exchange.community import import_archive
from kb.forum import categories, checking
from kb.forum.models import Acceptance, Answer, Category, Duplicate, Question, Status
from kb.people.models import Person
from tests.conftest import DATA
from tests.exchange.dumps import Onlooker, asked, find, jsonl, load_archive, number_of, replied


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "help.jsonl"
    jsonl(
        path,
        asked(
            "q1",
            replied("a1", helpful=3, not_helpful=1),
            replied("a2", spam=True, created_at="2021-01-01T00:00:00+00:00"),
            accepted_answer_id="a1",
            tags=["mac_os", "Big Sur"],
            views=9,
        ),
        asked("q2", replied("a3", author="", spam=True), duplicate_of="q1", category="no such place"),
        asked("q3", body_html=None, body_md="*md*", author="Ann", locale="de"),
    )
    return path


def test_import_brings_questions_answers_and_what_became_of_them(session: Session, archive: Path) -> None:
    summary, seen = load_archive(session, archive)
    assert summary.added == {"people": 4, "questions": 3, "answers": 3, "acceptances": 1, "duplicate links": 1}
    assert seen.faults == []
    one, two, three = (find(session, key) for key in ("q1", "q2", "q3"))
    assert (one.status, one.answers_count, one.views, one.tag_names) == (Status.SOLVED, 1, 9, ["mac-os", "big-sur"])
    assert one.active_at == datetime(2020, 1, 3, tzinfo=UTC)
    assert (two.status, two.answers_count) == (Status.NEEDS_ANSWER, 0)
    assert three.body_html == "<p><em>md</em></p>"
    best = session.scalars(select(Answer).where(Answer.origin_id == "a1")).one()
    assert (best.helpful_count, best.not_helpful_count, best.imported_helpful) == (3, 1, 3)
    link = session.scalars(select(Duplicate)).one()
    assert (link.question_id, link.original_id) == (two.id, one.id)
    handles = session.scalars(select(Person.handle).order_by(Person.handle)).all()
    assert handles == ["ann", "ann-2", "ben", "former-member"]


def test_import_hides_what_was_marked_as_spam(session: Session, archive: Path) -> None:
    load_archive(session, archive)
    hidden = session.scalars(select(Answer).where(Answer.hidden_at.is_not(None)).order_by(Answer.origin_id)).all()
    assert [(answer.origin_id, answer.hidden_why) for answer in hidden] == [
        ("a2", "imported as spam"),
        ("a3", "imported as spam"),
    ]


def test_import_uses_the_category_of_that_name(session: Session, archive: Path) -> None:
    tabs = categories.create(session, name="Tabs")
    session.commit()
    load_archive(session, archive)
    assert find(session, "q1").category_id == tabs.id
    made = session.get_one(Category, find(session, "q2").category_id)
    assert (made.name, made.origin, made.questions_count) == ("No such place", "community:help", 1)


def test_import_again_adds_nothing_and_a_grown_archive_what_is_new(session: Session, archive: Path) -> None:
    load_archive(session, archive)
    assert load_archive(session, archive)[0].added == {}
    with archive.open("a") as file:
        file.write('{"id":"q4","title":"One more question","created_at":"2022-01-01T00:00:00Z","answers":[]}\n')
    assert load_archive(session, archive)[0].added == {"questions": 1}


def test_import_names_each_bad_line_once_and_takes_the_rest(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    jsonl(
        path,
        "not JSON",
        "[" * 100_000,
        "[1]",
        asked("", replied("a0")),
        asked("q1", created_at="soon"),
        asked("q2", title=" "),
        "",
        asked("q3", replied("a1", created_at=None), replied(""), "x", replied("a2"), accepted_answer_id="a9"),  # type: ignore[arg-type]
        asked("q\ud800"),
    )
    summary, seen = load_archive(session, path)
    assert summary.added == {"people": 2, "questions": 1, "answers": 1}
    assert seen.faults == [
        ("bad.jsonl line 1", "not JSON"),
        ("bad.jsonl line 2", "not JSON"),
        ("bad.jsonl line 3", "not a question"),
        ("bad.jsonl line 4", "no id"),
        ("bad.jsonl line 5", "created_at is 'soon'"),
        ("bad.jsonl line 6", "no title"),
        ("bad.jsonl line 9", "no id"),
        ("bad.jsonl line 8, answer 1", "no created_at"),
        ("bad.jsonl line 8, answer 2", "no id"),
        ("bad.jsonl line 8, answer 3", "not an answer"),
        ("bad.jsonl line 8", "the accepted answer a9 is not there"),
    ]


def test_import_keeps_what_came_before_a_packed_file_breaks_off(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    jsonl(tmp_path / "whole.jsonl", *(asked(f"q{n}", body_md="".join(map(chr, range(n, n + 900)))) for n in range(300)))
    packed = gzip.compress((tmp_path / "whole.jsonl").read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    summary, seen = load_archive(session, path)
    assert 0 < summary.added["questions"] < 300
    ((place, why),) = seen.faults
    assert place == f"cut.jsonl.gz line {summary.added['questions'] + 1}"
    assert why == "the file breaks off there; what came before was read"


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00nonsense", b"\x00\xff\xfe", b"{}\n{}"])
def test_import_of_nothing_readable_fails(session: Session, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    with pytest.raises(Invalid, match="Not one question"):
        load_archive(session, tmp_path / "x.jsonl")


def test_import_of_a_missing_file_fails(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no file"):
        load_archive(session, tmp_path / "x.jsonl")


REAL = DATA / "community" / "support-300.jsonl.gz"


@pytest.mark.skipif(not REAL.is_file(), reason=f"the archive is not at {REAL}")
def test_import_brings_all_of_a_real_archive(session: Session) -> None:
    seen = Onlooker()
    import_archive(session, file=REAL, commit=session.commit, watch=seen)
    assert [number_of(session, model) for model in (Question, Answer, Acceptance)] == [300, 1289, 0]
    assert seen.faults == []
    assert list(checking.faults(session)) == []
    assert import_archive(session, file=REAL, commit=session.commit, watch=seen).added == {}
