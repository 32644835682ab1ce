"""No address an article ever had dies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import checking
from kb.articles.models import PublishRun, Redirect
from kb.publishing import redirects, runs
from kb.publishing.forwarding import (
    CONFLICT,
    LOOP,
    NOWHERE,
    SHADOWS,
    Claim,
    Ended,
    Facts,
    Left,
    Stub,
    Target,
    make_table,
)
from kb.publishing.redirects import Gone, Moved
from kb.publishing.sources.place import Place
from tests.builders import Cast
from tests.builders_articles import Content, findings
from tests.git.repositories import Odd, Repository

Publish = Callable[..., PublishRun]
LIVE = {"/articles/a/one": "a/one.md", "/articles/a/two": "a/two.md"}
THEN = datetime(2020, 1, 1, tzinfo=UTC)


def found(session: Session, path: str) -> str:
    """Return where ``path`` leads everybody."""
    became = redirects.find(session, path, None)
    return became.address if isinstance(became, Moved) else f"gone: {became.title}" if became else ""


def codes(run: PublishRun) -> list[tuple[str, int, str]]:
    """Return which redirects a run refused."""
    return [(one.path, one.line, one.code) for one in run.findings if one.code.startswith("redirect-")]


def test_make_table_ranks_articles_then_claims_then_who_left_last() -> None:
    facts = Facts(
        live=LIVE,
        claims=[Claim("a/one.md", "/old"), Claim("a/two.md", "/articles/a/one")],
        left=[
            Left("/old", "a/two.md", THEN),
            Left("/articles/a/two", "a/one.md", THEN),
            Left("/older", "a/one.md", THEN),
            Left("/older", "a/two.md", THEN + timedelta(days=1)),
            Left("/away", "a/gone.md", THEN),
            Left("/late", "a/one.md", THEN),
        ],
        ended=[Ended("/late", "Late", THEN + timedelta(days=1)), Ended("/old", "Old", THEN)],
    )
    table = make_table(facts)
    assert {address: (target.path, target.gone_title) for address, target in table.targets.items()} == {
        "/old": ("a/one.md", ""),
        "/older": ("a/two.md", ""),
        "/late": ("", "Late"),
    }
    assert [(one.path, one.code, one.written) for one in table.refusals] == [("a/two.md", SHADOWS, "/articles/a/one")]


def test_make_table_lets_git_speak_before_what_a_folder_showed() -> None:
    later = THEN + timedelta(days=1)
    facts = Facts(
        live=LIVE,
        left=[
            Left("/both", "a/one.md", THEN),
            Left("/both", "a/two.md", later, by_folder=True),
            Left("/folder", "a/one.md", THEN, by_folder=True),
        ],
        ended=[Ended("/folder", "Ended", later, 7, by_folder=True)],
    )
    assert make_table(facts).targets == {
        "/both": Target("a/one.md", at=THEN),
        "/folder": Target(gone_title="Ended", at=later, article_id=7, by_folder=True),
    }


def test_make_table_does_not_depend_on_the_order_of_facts() -> None:
    claims = [Claim(path, "/same") for path in ("a/one.md", "a/two.md", "b/three.md", "b/four.md")]
    left = [Left("/left", path, THEN) for path in ("a/one.md", "a/two.md", "b/three.md", "b/four.md")]
    live = LIVE | {"/articles/b/three": "b/three.md", "/articles/b/four": "b/four.md"}
    first = make_table(Facts(live, claims, left=left))
    assert first.targets["/same"].path == "a/one.md"
    for order in permutations(range(4)):
        again = make_table(Facts(live, [claims[at] for at in order], left=[left[at] for at in order]))
        assert again == first


def test_make_table_flattens_chains_of_stubs_and_claims() -> None:
    stubs = [
        Stub("a/first.md", "/articles/a/first", "second.md", redirect_from=("/before",)),
        Stub("a/second.md", "/articles/a/second", "/claimed/#fees"),
        Stub("a/out.md", "/articles/a/out", "https://example.com/x?y=1#z"),
        Stub("a/site.md", "/articles/a/site", "/questions/ask"),
    ]
    table = make_table(Facts(LIVE, [Claim("a/one.md", "/claimed/")], stubs))
    assert table.refusals == []
    assert table.targets == {
        "/articles/a/first": Target("a/one.md", "#fees"),
        "/articles/a/second": Target("a/one.md", "#fees"),
        "/articles/a/out": Target(url="https://example.com/x?y=1#z"),
        "/articles/a/site": Target(url="/questions/ask"),
        "/claimed": Target("a/one.md"),
        "/before": Target("a/one.md", "#fees"),
    }


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("me.md", LOOP),
        ("/articles/a/me", LOOP),
        ("round.md", LOOP),
        ("/articles/a/nobody", NOWHERE),
        ("/nowhere", NOWHERE),
        ("nowhere.md", NOWHERE),
        ("javascript:alert(1)", NOWHERE),
        ("//evil.example", NOWHERE),
        ("ftp://example.com/", NOWHERE),
        ("https://example.com/a b", NOWHERE),
        ("https://[example.com/", NOWHERE),
    ],
)
def test_make_table_refuses_a_stub_that_leads_nowhere_good(target: str, code: str) -> None:
    stubs = [Stub("a/me.md", "/articles/a/me", target), Stub("a/round.md", "/articles/a/round", "me.md")]
    table = make_table(Facts(LIVE, stubs=stubs))
    assert "/articles/a/me" not in table.targets
    assert ("a/me.md", "error", code) in [(one.path, one.severity, one.code) for one in table.refusals]


def test_make_table_refuses_a_stub_at_the_address_of_an_article() -> None:
    stub = Stub("a/one.markdown", "/articles/a/one", "/articles/a/two")
    table = make_table(Facts(LIVE, stubs=[stub, replace(stub, path="b/x.md", address="/articles/b/x")]))
    assert list(table.targets) == ["/articles/b/x"]
    assert [(one.path, one.code) for one in table.refusals] == [("a/one.markdown", SHADOWS)]


def test_store_redirects_from_every_former_address(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "Text.\n", title="T")
    publish()
    content.write("a/one.md", "Text.\n", title="T", slug="two")
    publish()
    content.move("a/one.md", "b/one.md")
    publish()
    assert found(session, "/articles/a/one") == found(session, "/articles/a/two/") == "/articles/b/two"
    content.write("b/one.md", "Text.\n", title="T", slug="one")
    publish()
    assert found(session, "/articles/a/one") == found(session, "/articles/b/two") == "/articles/b/one"


def test_store_gives_an_address_back_to_an_article(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "One.\n")
    publish()
    content.move("a/one.md", "a/two.md")
    publish()
    content.write("a/one.md", "Another.\n")
    publish()
    assert found(session, "/articles/a/one") == ""
    assert list(checking.faults(session)) == []


def test_store_keeps_what_a_folder_showed_when_the_site_moves_to_git(
    session: Session, content: Content, publish: Publish, tmp_path: Path
) -> None:
    for path in ("a/first.md", "a/gone.md", "b/two.md"):
        content.write(path, f"{path} says this.\n", title=path[2:-3].capitalize())
    publish()
    content.move("a/first.md", "a/one.md")
    content.remove("a/gone.md")
    publish()
    origin = Repository(tmp_path / "origin.git")
    place = Place(origin.url, mirror_folder=tmp_path / "content.git")
    one, two = ((content.folder / path).read_bytes() for path in ("a/one.md", "b/two.md"))
    files: dict[str | bytes, bytes | Odd] = {"a/uno.md": one, "b/two.md": two}
    for subject in ("Begin", "Go on"):
        files["b/two.md"] = two + subject.encode()
        origin.commit(dict(files), subject=subject)
        run = runs.publish(session, place, cause="command")
        session.commit()
        assert run.state == "done", run.problem
        assert found(session, "/articles/a/first") == found(session, "/articles/a/one") == "/articles/a/uno"
        assert found(session, "/articles/a/gone") == "gone: Gone"
    files["a/first.md"] = files.pop("a/uno.md")
    origin.commit(dict(files))
    runs.publish(session, place, cause="command")
    session.commit()
    assert found(session, "/articles/a/first") == ""
    assert found(session, "/articles/a/uno") == found(session, "/articles/a/one") == "/articles/a/first"
    assert list(checking.faults(session)) == []


def test_store_keeps_the_addresses_a_file_names(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", redirect_from="[/old/help.html, no-slash/, 'https://example.com/x', /articles/a/two]")
    content.write("a/two.md")
    content.write("a/zwei.md", redirect_from="\n- /a%20b\n- /articles/a/zwei\n- /old/help.html")
    run = publish()
    assert found(session, "/old/help.html") == found(session, "/no-slash/") == "/articles/a/one"
    assert found(session, "/a b") == "/articles/a/zwei"
    assert codes(run) == [
        ("a/one.md", 4, NOWHERE),
        ("a/one.md", 4, SHADOWS),
        ("a/zwei.md", 6, LOOP),
        ("a/zwei.md", 7, CONFLICT),
    ]
    assert (run.errors, run.warnings) == (0, 4)
    assert codes(publish()) == codes(run), "said again while the files stay as they are"


def test_store_forgets_an_address_that_no_file_names_any_more(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", redirect_from="/old")
    content.write("a/two.md")
    publish()
    content.write("a/one.md")
    content.write("a/two.md", redirect_from="/old")
    publish()
    assert found(session, "/old") == "/articles/a/two"
    content.write("a/two.md")
    publish()
    assert redirects.find(session, "/old", None) is None


def test_store_sends_on_from_a_file_that_only_redirects(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "## Fees\n", title="Fees and costs")
    content.write("a/two.md", "Two.\n")
    publish()
    content.write("a/two.md", redirect_to="one.md#fees", redirect_from="/two")
    run = publish()
    assert (run.retired, run.errors) == (1, 0)
    assert found(session, "/articles/a/two") == "/articles/a/one#fees"
    assert found(session, "/two") == "/articles/a/one#fees"
    content.write("a/two.md", redirect_to="https://example.com/")
    publish()
    assert found(session, "/articles/a/two") == "https://example.com/"
    content.write("a/two.md", redirect_to="/articles/a/nobody")
    assert codes(publish()) == [("a/two.md", 4, NOWHERE)]


def test_find_says_what_is_gone_if_everybody_could_read_it(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "One.\n", title="Paying", slug="pay")
    publish()
    content.write("a/one.md", "One.\n", title="Paying")
    for name, head in (
        ("draft", {"status": "draft"}),
        ("members", {"audience": "members"}),
        ("later", {"publish_at": "2030-01-01"}),
    ):
        content.write(f"a/{name}.md", f"{name}.\n", **head)
    publish()
    for name in ("one", "draft", "members", "later"):
        content.remove(f"a/{name}.md")
    publish()
    assert redirects.find(session, "/articles/a/one", None) == Gone("Paying")
    assert redirects.find(session, "/articles/a/pay", None) == Gone("Paying")
    for name in ("draft", "members", "later"):
        assert redirects.find(session, f"/articles/a/{name}", None) is None, name
    content.write("a/one.md", "One.\n", title="Paying")
    publish()
    assert redirects.find(session, "/articles/a/one", None) is None
    assert found(session, "/articles/a/pay") == "/articles/a/one"


def test_store_changes_no_row_when_nothing_changed(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", redirect_from="/old")
    content.write("a/two.md", redirect_to="one.md")
    content.write("a/three.md", "Three.\n")
    publish()
    content.remove("a/three.md")
    publish()
    rows = select(Redirect.id, Redirect.from_path, Redirect.article_id, Redirect.left_at).order_by(Redirect.id)
    before = session.execute(rows).all()
    clock.advance(timedelta(hours=1))
    publish()
    assert session.execute(rows).all() == before
    assert len(before) == 3


def test_find_hides_what_the_reader_may_not_see(
    session: Session, cast: Cast, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", audience="members", redirect_from="/old")
    publish()
    assert redirects.find(session, "/old", None) is None
    assert redirects.find(session, "/old", cast.alice) == Moved("/articles/a/one", is_article=True)
    content.remove("a/one.md")
    publish()
    assert redirects.find(session, "/old", cast.alice) is None
    assert findings(publish()) == []
