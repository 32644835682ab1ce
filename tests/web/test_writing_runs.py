"""Publish runs as writers see them, and the buttons that ask for another."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.jobs import Job
from kb.people.models import Person
from kb.publishing import runs
from kb.publishing.run_pages import FINDINGS_PAGE
from kb.publishing.runs import LANE
from kb.publishing.sources import place
from tests.builders import Cast
from tests.builders_writing import article, run
from tests.conftest import settings_for
from tests.git.repositories import Repository
from tests.pages import counted_statements, page, post

SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def writer(signed_in: SignedIn, cast: Cast) -> FlaskClient:
    """A browser of will, who writes."""
    return signed_in(cast.will)


def requests(session: Session) -> list[list[object]]:
    """Return what the worker was asked to publish: cause, commit, who, confirmed."""
    return [job.args["args"] for job in session.scalars(select(Job).where(Job.lane == LANE))]


def test_list_is_empty_before_the_first_run(writer: FlaskClient) -> None:
    assert "Nothing was published yet." in page(writer, "/writing/runs").text


def test_list_says_of_each_run_what_it_did(writer: FlaskClient, session: Session, cast: Cast) -> None:
    run(session, added=1, moved=2, cause="hook")
    run(
        session,
        ("error", "a.md", 1, "No."),
        ("warning", "a.md", 2, "Hm."),
        changed=1,
        cause="click",
        by_id=cast.will.id,
    )
    run(session, state="failed", sha="", subject="", author_name="", problem="Nobody answered.", cause="poll")
    rows = [" ".join(row.get_text().split()) for row in page(writer, "/writing/runs").select(".run-row")]
    assert ["Failed" in row and "Nobody answered." in row for row in rows] == [True, False, False]
    assert "1 error" in rows[1] and "1 warning" in rows[1] and "by Will’s click" in rows[1]
    assert "1 added, 2 moved" in rows[2] and "by a push" in rows[2] and "no findings" in rows[2]
    assert "in 1.5 s" in rows[2]


def test_list_is_paged(writer: FlaskClient, session: Session) -> None:
    for _ in range(31):
        run(session)
    assert len(page(writer, "/writing/runs").select(".run-row")) == 30
    assert len(page(writer, "/writing/runs?page=2").select(".run-row")) == 1
    assert writer.get("/writing/runs?page=3").status_code == 404


def test_run_groups_findings_by_file_errors_first(writer: FlaskClient, session: Session) -> None:
    article(session)
    shown_run = run(
        session,
        ("warning", "billing/invoices.md", 9, "The link leads nowhere: x.md"),
        ("warning", "a.md", 0, "Doubtful."),
        ("error", "billing/invoices.md", 4, "Not YAML."),
    )
    shown = page(writer, f"/writing/runs/{shown_run.id}")
    assert [tag.text for tag in shown.select(".file__path")] == ["billing/invoices.md", "a.md"]
    first = shown.select(".file")[0]
    assert first.find("a", href="/articles/billing/invoices", string="Invoices")
    said = [" ".join(tag.get_text().split()) for tag in first.select(".finding")]
    assert said == [
        "Error line 4 Not YAML. broken-link",
        "Warning line 9 The link leads nowhere: x.md broken-link",
    ]
    assert "whole file" in shown.select(".file")[1].text


@pytest.mark.parametrize(("show", "left"), [("error", "Not YAML."), ("warning", "Doubtful.")])
def test_run_shows_only_errors_or_warnings(writer: FlaskClient, session: Session, show: str, left: str) -> None:
    shown_run = run(session, ("error", "a.md", 4, "Not YAML."), ("warning", "a.md", 5, "Doubtful."))
    shown = page(writer, f"/writing/runs/{shown_run.id}?show={show}")
    assert [tag.get_text() for tag in shown.select(".finding__what")] == [f"{left} broken-link"]


def test_run_pages_its_findings(writer: FlaskClient, session: Session) -> None:
    found = [("warning", f"a{number:04}.md", 1, "Doubtful.") for number in range(FINDINGS_PAGE + 1)]
    shown_run = run(session, *found)
    assert len(page(writer, f"/writing/runs/{shown_run.id}").select(".finding")) == FINDINGS_PAGE
    assert len(page(writer, f"/writing/runs/{shown_run.id}?page=2").select(".finding")) == 1
    assert writer.get(f"/writing/runs/{shown_run.id}?page=3").status_code == 404


def test_run_costs_the_same_for_one_finding_and_for_thirty(writer: FlaskClient, session: Session) -> None:
    counts = []
    for many in (1, 30):
        found = [("error", f"billing/{many}-{number}.md", 1, "No.") for number in range(many)]
        shown_run = run(session, *found)
        for number in range(many):
            article(session, f"{many}-{number}")
        session.commit()
        with counted_statements() as seen:
            page(writer, f"/writing/runs/{shown_run.id}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_run_says_that_nothing_was_found(writer: FlaskClient, session: Session) -> None:
    assert "nothing was found" in page(writer, f"/writing/runs/{run(session).id}").text


@pytest.mark.parametrize("address", ["/writing/runs/999", "/writing/runs/{run}?show=secrets"])
def test_run_that_is_not_there_is_not_found(writer: FlaskClient, session: Session, address: str) -> None:
    assert writer.get(address.format(run=run(session).id)).status_code == 404


def test_publish_again_asks_the_worker(writer: FlaskClient, session: Session, cast: Cast) -> None:
    answer = post(writer, "/writing/runs")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/writing/runs")
    assert requests(session) == [["click", "", cast.will.id, False]]
    clock.advance(timedelta(seconds=1))
    assert "A publish is under way." in page(writer, "/writing/runs").text


def test_roll_back_asks_for_the_commit_of_the_run(writer: FlaskClient, session: Session, cast: Cast) -> None:
    old, new = run(session), run(session)
    post(writer, f"/writing/runs/{old.id}/rollback", form_at=f"/writing/runs/{old.id}")
    assert requests(session) == [["click", old.sha, cast.will.id, False]]
    assert not page(writer, f"/writing/runs/{new.id}").find("form", action=f"/writing/runs/{new.id}/rollback")


def test_roll_back_to_a_failed_run_is_refused(writer: FlaskClient, session: Session) -> None:
    failed = run(session, state="failed")
    assert post(writer, f"/writing/runs/{failed.id}/rollback", form_at="/writing/runs").status_code == 409
    assert requests(session) == []


def test_confirm_lets_go_of_what_the_run_held(writer: FlaskClient, session: Session, cast: Cast) -> None:
    waits = run(session, state="waiting", held=12, problem="12 of 40 articles have no file any more.")
    shown = page(writer, f"/writing/runs/{waits.id}")
    assert "Confirm: retire 12 articles" in shown.text
    post(writer, f"/writing/runs/{waits.id}/confirmation", form_at=f"/writing/runs/{waits.id}")
    assert requests(session) == [["click", "", cast.will.id, True]]


def test_confirm_is_refused_once_the_site_moved_on(writer: FlaskClient, session: Session) -> None:
    waits = run(session, state="waiting", held=12, problem="12 of 40 articles have no file any more.")
    run(session)
    assert "Confirm" not in page(writer, f"/writing/runs/{waits.id}").text
    answer = post(writer, f"/writing/runs/{waits.id}/confirmation", form_at=f"/writing/runs/{waits.id}")
    assert answer.status_code == 409
    assert requests(session) == []


def test_run_leads_to_file_and_commit_on_the_git_host(writer: FlaskClient, session: Session, tmp_path: Path) -> None:
    content = "https://token@github.com/acme/help.git"
    place.configure(settings_for(tmp_path, None, content=content, content_subdir="docs"))
    shown_run = run(session, ("error", "a b.md", 4, "Not YAML."))
    shown = page(writer, f"/writing/runs/{shown_run.id}")
    home = "https://github.com/acme/help"
    assert shown.find("a", href=f"{home}/commit/{shown_run.sha}")
    assert shown.find("a", href=f"{home}/blob/{shown_run.sha}/docs/a%20b.md?plain=1#L4", string="line 4")


def test_run_lists_what_it_did_and_whom_a_snippet_reached(
    writer: FlaskClient, session: Session, tmp_path: Path
) -> None:
    text = b'---\ntitle: Plans\nsummary: S.\n---\nThree.\n\n--8<-- "contact.md"\n'
    repository = Repository(tmp_path / "origin.git")
    place.configure(settings_for(tmp_path, None, content=repository.url))
    files = {"a/plans.md": text, "a/b.md": b"---\ntitle: B\nsummary: S.\n---\nB.\n", "_snippets/contact.md": b"Old.\n"}
    repository.commit(files)
    first = runs.publish(session, place.current(), cause="command")
    clock.advance(timedelta(minutes=1))
    repository.commit({**files, "a/b.md": b"---\ntitle: B\nsummary: S.\n---\nC.\n", "_snippets/contact.md": b"New.\n"})
    second = runs.publish(session, place.current(), cause="command")
    session.commit()
    did = [" ".join(row.get_text().split()) for row in page(writer, f"/writing/runs/{first.id}").select(".deeds li")]
    assert did == ["Added B a/b.md", "Added Plans a/plans.md"]
    shown = page(writer, f"/writing/runs/{second.id}")
    assert [" ".join(row.get_text().split()) for row in shown.select(".deeds li")] == ["Changed B a/b.md"]
    edit = shown.select_one(".edit")
    assert edit and edit.code and edit.code.text == "_snippets/contact.md"
    assert [link["href"] for link in edit.select("a")] == ["/articles/a/plans"]
