"""Where an article's file is edited and its faults reported."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.publishing import runs
from kb.publishing.hosting import host_of
from kb.publishing.sources import place
from kb.publishing.sources.place import Place
from tests.conftest import settings_for
from tests.git.repositories import Repository
from tests.pages import page

HUB = "https://github.com/acme/help"


@pytest.mark.parametrize(
    ("content", "edit", "report"),
    [
        (f"{HUB}.git", f"{HUB}/edit/main/docs/a/one.md", f"{HUB}/issues/new"),
        ("https://bot:s3cret@github.com/acme/help.git", f"{HUB}/edit/main/docs/a/one.md", f"{HUB}/issues/new"),
        ("git@github.com:acme/help.git", f"{HUB}/edit/main/docs/a/one.md", f"{HUB}/issues/new"),
        ("ssh://git@github.com:22/acme/help", f"{HUB}/edit/main/docs/a/one.md", f"{HUB}/issues/new"),
        (
            "https://gitlab.com/acme/team/help.git",
            "https://gitlab.com/acme/team/help/-/edit/main/docs/a/one.md",
            "https://gitlab.com/acme/team/help/-/issues/new",
        ),
        (
            "git@gitlab.acme.example:help.git",
            "https://gitlab.acme.example/help/-/edit/main/docs/a/one.md",
            "https://gitlab.acme.example/help/-/issues/new",
        ),
        (
            "https://codeberg.org/acme/help",
            "https://codeberg.org/acme/help/_edit/main/docs/a/one.md",
            "https://codeberg.org/acme/help/issues/new",
        ),
        (
            "https://forgejo.acme.example:8443/acme/help.git",
            "https://forgejo.acme.example:8443/acme/help/_edit/main/docs/a/one.md",
            "https://forgejo.acme.example:8443/acme/help/issues/new",
        ),
        (
            "https://bitbucket.org/acme/help.git",
            "https://bitbucket.org/acme/help/src/main/docs/a/one.md?mode=edit&at=main",
            "https://bitbucket.org/acme/help/issues/new",
        ),
        ("https://git.acme.example/help.git", "", ""),
        ("file:///srv/github/help.git", "", ""),
        ("/srv/help", "", ""),
    ],
)
def test_links_lead_to_the_host_of_the_repository(content: str, edit: str, report: str) -> None:
    host = host_of(Place(content, "main", "docs"))
    assert host.edit("a/one.md") == edit
    assert host.report("T", "B").partition("?")[0] == report
    assert "s3cret" not in repr(host)


@pytest.mark.parametrize(
    ("content", "begins"),
    [
        (HUB, f"{HUB}/new/main"),
        ("https://codeberg.org/acme/help", "https://codeberg.org/acme/help/_new/main/"),
        ("https://gitlab.com/acme/help", ""),
        ("/srv/help", ""),
    ],
)
def test_a_new_file_is_begun_where_the_host_fills_it_in(content: str, begins: str) -> None:
    page, _, said = host_of(Place(content, "main", "docs")).new("log-in.md", "# Log in & out\n").partition("?")
    assert page == begins
    assert parse_qs(said) == ({"filename": ["docs/log-in.md"], "value": ["# Log in & out\n"]} if begins else {})


def test_links_are_made_of_the_sites_own_template_first() -> None:
    template = "https://edit.example.com/{ref}?file={path}"
    assert host_of(Place(HUB, "main", "docs"), template).edit("a/ü b.md") == (
        "https://edit.example.com/main?file=docs/a/%C3%BC%20b.md"
    )
    assert (
        host_of(Place("/srv/help"), "https://edit.example.com/{path}").edit("a.md") == "https://edit.example.com/a.md"
    )


def test_links_name_the_default_branch_once_it_is_known(tmp_path: Path) -> None:
    somewhere = Place(HUB, "", "", tmp_path / "content.git")
    assert host_of(somewhere).edit("a.md") == ""
    (tmp_path / "content.git").mkdir()
    (tmp_path / "content.git" / "HEAD").write_text("ref: refs/heads/trunk\n")
    assert host_of(somewhere).edit("a.md") == f"{HUB}/edit/trunk/a.md"


def test_an_article_says_where_its_file_is(app: Flask, session: Session, client: FlaskClient, tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin.git")
    origin.commit({"a/one.md": b"---\ntitle: One & all\n---\nText.\n"})
    runs.publish(session, Place(origin.url, "main", "", tmp_path / "content.git"), cause="command")
    session.commit()
    app.config["SETTINGS"] = settings_for(tmp_path, None, content=f"{HUB}.git", content_ref="main")
    assert place.place_of(app.config["SETTINGS"]).is_git
    soup = page(client, "/articles/a/one")
    assert soup.select_one(f'a[href="{HUB}/edit/main/a/one.md"]') is not None
    reports = [str(link["href"]) for link in soup.select(f'a[href^="{HUB}/issues/new"]')]
    said = parse_qs(urlsplit(reports[0]).query)
    assert said["title"] == ["Problem with “One & all”"]
    assert "/articles/a/one" in said["body"][0]
    assert "a/one.md" in said["body"][0]
