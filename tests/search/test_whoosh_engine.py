"""What is particular to the embedded engine: its folder, its scores, its manners under load and after accidents."""

import json
import os
import threading
import time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query import Or, Term
from whoosh.scoring import BM25F

from kb.search.engine import Busy, Engine, Key, NoIndex, Reach
from kb.search.query import parse
from kb.search.ranking import adding
from kb.search.scoring import BOOSTS, FIELDS, K1, B
from kb.search.whoosh.engine import WhooshEngine
from kb.search.whoosh.schema import SCHEMA
from kb.search.whoosh.writing import NAME
from tests.conftest import DATA
from tests.search.builders import article, question

ALL = Reach()
WORDS = ("sync", "password", "invoice", "printer", "broken", "slow", "reset", "account", "export", "twice", "page")


def reopened(engine: Engine) -> WhooshEngine:
    assert isinstance(engine, WhooshEngine)
    return WhooshEngine(engine._shelf.path, site="test")


def folder_of(engine: Engine) -> Path:
    assert isinstance(engine, WhooshEngine)
    return engine._shelf.current()


@pytest.fixture
def filled(engine: Engine) -> WhooshEngine:
    assert isinstance(engine, WhooshEngine)
    engine.put(
        question(n, " ".join(WORDS[n % 5 : n % 5 + 3]), " ".join(WORDS[n % 7 :]) * (n % 3)) for n in range(1, 40)
    )
    engine.put(
        [question(5, "reset reset account", "password " * 4), article(1, "account export", "sync", tags=("page",))]
    )
    return engine


@pytest.mark.parametrize("term", ["sync", "password", "reset", "account", "page", "twice"])
def test_scores_are_those_of_whoosh(filled: WhooshEngine, term: str) -> None:
    now = filled._generation()
    ours = now.impacts(FIELDS, term)
    index = FileIndex(FileStorage(str(folder_of(filled))), schema=SCHEMA, indexname=NAME)
    model = BM25F(K1=K1, **{f"{name}_B": b for name, b in B.items()})
    with index.searcher(weighting=model) as searcher:
        query = Or([Term(name, term, boost=BOOSTS[name]) for name in FIELDS])
        theirs = {hit.docnum: hit.score for hit in searcher.search(query, limit=None, optimize=False)}
    assert len(now.segments) > 1 and not now.alive.all()
    assert dict(zip(ours.ids.tolist(), ours.values.tolist(), strict=True)) == pytest.approx(theirs, rel=1e-5)


def test_another_process_sees_a_commit_within_a_moment(filled: WhooshEngine) -> None:
    other = reopened(filled)
    assert other.search(parse("zeppelin"), ALL).total == 0
    filled.put([question(99, "Zeppelin")])
    until = time.monotonic() + 2
    while not other.search(parse("zeppelin"), ALL).total and time.monotonic() < until:
        time.sleep(0.05)
    assert other.search(parse("zeppelin"), ALL).total == 1


def test_a_fork_opens_the_index_anew(filled: WhooshEngine) -> None:
    filled.search(parse("sync"), ALL)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(filled.search(parse("sync password"), ALL).total).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reader, 20)) == filled.search(parse("sync password"), ALL).total > 0


def test_warm_opens_the_index_and_is_no_trouble_without_one(filled: WhooshEngine, tmp_path: Path) -> None:
    other = reopened(filled)
    other.warm()
    assert other._now is not None and all(segment._spoken for segment in other._now.segments)
    WhooshEngine(tmp_path / "none", site="test").warm()


def test_terms_are_those_whoosh_reads(filled: WhooshEngine) -> None:
    for segment in filled._generation().segments:
        items = [(*key, info.doc_frequency()) for key, info in segment._reader._terms.items()]
        for field in ("spoken", "tag", "title", "text"):
            assert segment.terms(field) == [(term.decode(), count) for name, term, count in items if name == field]
        assert segment.terms("nosuchfield") == []


def test_searches_go_on_while_the_index_is_written_and_rebuilt(filled: WhooshEngine) -> None:
    problems: list[BaseException] = []
    stop = threading.Event()
    other = reopened(filled)

    def search() -> None:
        while not stop.is_set():
            try:
                assert other.search(parse("sync password"), ALL).total > 0
                other.suggest(parse("res"), ALL)
            except BaseException as problem:
                problems.append(problem)
                return

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(12):
        filled.put([question(100 + number, f"sync password {number}")])
        if number % 4 == 3:
            filled.rebuild([question(n, "sync password") for n in range(50)], settled=0, reached=0)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_one_process_writes_at_a_time(filled: WhooshEngine) -> None:
    def second(done: int) -> None:
        with pytest.raises(Busy):
            reopened(filled).rebuild([], settled=0, reached=0)
        reopened(filled).put([question(7, "written meanwhile")])

    filled.rebuild([question(1, "one")], settled=0, reached=0, progress=second)


def test_what_is_open_answers_when_its_files_are_gone(filled: WhooshEngine) -> None:
    filled.put([question(4711, "Sync once more")])
    filled.drop([Key("question", 4711)])
    now = reopened(filled)._generation()
    for file in folder_of(filled).iterdir():
        file.unlink()
    assert now.vocabulary
    assert now.reasons(0) is not None


def test_a_rebuild_that_fails_leaves_the_index_in_use(filled: WhooshEngine) -> None:
    def documents() -> object:
        yield question(1, "one")
        raise RuntimeError("the database went away")

    before = folder_of(filled)
    with pytest.raises(RuntimeError):
        filled.rebuild(documents(), settled=0, reached=0)  # type: ignore[arg-type]
    assert folder_of(filled) == before
    assert [one for one in before.parent.iterdir() if one.is_dir()] == [before]
    filled.rebuild([question(1, "one")], settled=0, reached=0)


@pytest.mark.parametrize("suffix", [".trm", ".pst", ".toc", ".col"])
@pytest.mark.parametrize("content", [b"", b"nonsense" * 50])
def test_a_torn_index_is_set_aside_and_built_anew(filled: WhooshEngine, suffix: str, content: bytes) -> None:
    for file in folder_of(filled).iterdir():
        if file.name.endswith(suffix):
            file.write_bytes(content)
    other = reopened(filled)
    with pytest.raises(NoIndex):
        for text in ("sync", "password reset", '"reset account"', "tag:page", "is:open"):
            other.search(parse(text), ALL)
    assert not other.state().ready or suffix == ".pst"
    writer = reopened(filled)
    assert writer.needs_rebuild()
    assert not writer.state().ready
    writer.rebuild([question(1, "sync")], settled=0, reached=0)
    assert not writer.needs_rebuild()
    assert other._generation(fresh=True).size == 1
    assert len([one for one in writer._shelf.path.iterdir() if one.is_dir()]) == 1


@pytest.mark.parametrize("pointer", ["", "../../etc", "2-abcdef01", "1-00000000", "\x00", "1-\n2"])
def test_a_pointer_to_nowhere_is_no_index(filled: WhooshEngine, pointer: str) -> None:
    (filled._shelf.path / "current").write_text(pointer)
    other = reopened(filled)
    with pytest.raises(NoIndex):
        other.search(parse("sync"), ALL)
    assert other.needs_rebuild()
    other.rebuild([question(1, "sync")], settled=0, reached=0)
    assert other.search(parse("sync"), ALL).total == 1


def test_an_index_of_another_site_is_not_opened(filled: WhooshEngine) -> None:
    other = WhooshEngine(filled._shelf.path, site="another")
    with pytest.raises(NoIndex):
        other.search(parse("sync"), ALL)


def test_an_index_that_others_may_write_to_is_not_opened(filled: WhooshEngine) -> None:
    folder_of(filled).chmod(0o777)
    with pytest.raises(NoIndex):
        reopened(filled).search(parse("sync"), ALL)


def test_the_folder_is_ours_alone(filled: WhooshEngine) -> None:
    assert filled._shelf.path.stat().st_mode & 0o777 == 0o700
    assert folder_of(filled).stat().st_mode & 0o777 == 0o700


def test_notes_that_cannot_be_read_are_no_index(filled: WhooshEngine) -> None:
    (folder_of(filled) / "notes.json").write_text("[]")
    with pytest.raises(NoIndex):
        reopened(filled).search(parse("sync"), ALL)


def test_a_write_that_fails_changes_nothing_and_lets_the_next_one_in(
    filled: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filled.search(parse("sync"), ALL).total

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("whoosh.writing.SegmentWriter.commit", full)
        with pytest.raises(OSError, match="No space"):
            filled.put([question(200, "sync")])
    assert filled.search(parse("sync"), ALL).total == before
    filled.put([question(200, "sync")])
    assert filled.search(parse("sync"), ALL).total == before + 1


def test_time_running_out_gives_what_there_is(filled: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "SECONDS", -1.0)
    found = filled.search(parse('sync "reset account" -page'), ALL)
    assert found.late


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*WORDS, '"', "-", "tag:", "*", "(", "~", "[a TO z]"])).map(" ".join)
)
def test_no_text_makes_a_search_fail(filled: WhooshEngine, text: str) -> None:
    filled.search(parse(text), ALL)
    filled.suggest(parse(text), ALL)
    filled.similar(text, ALL)


HOSTILE = (
    "[a TO zzzz]", " ".join(f"{c}*" for c in "abcdefghijklmnopqrstuvwxyz"), "*", "?" * 200, "a~ b~2 c~9", "(" * 250,
    "a AND (b OR " * 40, '"' * 251, "-" * 256, "-a " * 80, "tag:" * 60, "a:b:c:" * 40, "x" * 256,
    "é" * 128, "\u202e" * 50,
    "' OR 1=1 --", "../../../etc/passwd", "%00", "\x00", "{{7*7}}", "${jndi:ldap://x}", "<script>", "the of and to in",
    '"the of and"', '"a b c d e f g h i j k l m n o p q"', "difference between net", "1" * 256, "-the", '-"a b"',
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_search_takes_no_time(filled: WhooshEngine, text: str) -> None:
    began = time.perf_counter()
    filled.search(parse(text), ALL)
    filled.suggest(parse(text), ALL)
    assert time.perf_counter() - began < 1.5


def test_naughty_strings_are_searched(filled: WhooshEngine) -> None:
    file = DATA / "security" / "blns.json"
    if not file.exists():
        pytest.skip("the shared data is not here")
    for text in islice(json.loads(file.read_text()), 600):
        if len(text) % 40 == 7:
            filled.put([question(300, text, text, tags=(text,))])
        filled.search(parse(text), ALL)
        filled.suggest(parse(text), ALL)
        filled.similar(text, ALL)
