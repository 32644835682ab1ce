"""What machines that watch are told, and which of them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.search import asking, changes
from kb.search.following import forget_changes
from tests.conftest import settings_for, site_with

TOKEN = "a token of some length"


def test_metrics_and_readyz_say_how_far_search_is_behind(client: FlaskClient, session: Session) -> None:
    assert "kb_search_ready{" in client.get("/metrics").text
    assert json.loads(client.get("/readyz").text)["search"]["lag"] is None
    asking.follow(session, asking.engine_of(client.application.extensions))
    changes.note(session, "question", 7)
    jobs.later(session, forget_changes)
    session.commit()
    clock.advance(timedelta(seconds=3))
    lines = client.get("/metrics").text.splitlines()
    assert {
        "kb_search_documents 0.0",
        "kb_search_lag_changes 1.0",
        "kb_search_lag_seconds 3.0",
        'kb_jobs_due{lane="main"} 1.0',
        "kb_jobs_failed 0.0",
    } <= set(lines)
    assert json.loads(client.get("/readyz").text)["search"]["lag"] == {"changes": 1, "seconds": 3.0}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_metrics_are_not_for_who_comes_through_a_proxy(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_metrics_are_for_this_machine_and_for_the_token(database_url: str, tmp_path: Path) -> None:
    with site_with(settings_for(tmp_path, database_url, metrics_token=TOKEN)) as site:
        client, far = site.test_client(), {"REMOTE_ADDR": "192.0.2.7"}
        assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "::1"}).status_code == 200
        assert client.get("/metrics", environ_overrides=far).status_code == 404
        for said, status in ((f"Bearer {TOKEN}", 200), ("Bearer wrong", 404), (f"Basic {TOKEN}", 404), ("", 404)):
            answer = client.get("/metrics", environ_overrides=far, headers={"Authorization": said})
            assert answer.status_code == status


def test_without_a_token_no_token_is_right(client: FlaskClient) -> None:
    answer = client.get(
        "/metrics", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}, headers={"Authorization": "Bearer "}
    )
    assert answer.status_code == 404
