"""What is about the same, on the pages of articles and threads, and what experts are told of it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.db import touch_site
from kb.forum import answers, hiding
from kb.forum.models import Duplicate, Question
from kb.people.models import Person
from kb.search.documents import ARTICLE, QUESTION
from kb.search.models import Related
from tests.articles.rows import article_row
from tests.builders import Cast
from tests.builders_forum import answer, question
from tests.pages import counted_statements, page

Browser = Callable[[Person], FlaskClient]


def relate(session: Session, kind: str, ref: int, *others: tuple[str, int]) -> None:
    """Have the worker's rows say that ``others`` are about the same, the nearest first."""
    session.add_all(
        Related(kind=kind, ref=ref, place=place, other_kind=other, other_ref=number, score=1.0)
        for place, (other, number) in enumerate(others, 1)
    )
    touch_site(session)
    session.commit()


@pytest.fixture
def solved(session: Session, cast: Cast) -> Question:
    """A question with an answer that solved it."""
    made = question(session, by=cast.bob, title="Paper jam in the old printer")
    answers.accept(session, answer=answer(session, question=made, by=cast.erin), by=cast.bob)
    return made


def test_article_leads_on_to_what_its_writer_named_and_to_what_is_alike(
    session: Session, cast: Cast, client: FlaskClient, solved: Question
) -> None:
    named, alike, archived = (article_row(session, f"a/{name}.md") for name in ("named", "alike", "archived"))
    archived.status = "archived"
    one = article_row(session, "a/one.md", related_ids=[named.id])
    others = [(ARTICLE, row.id) for row in (archived, alike, named)]
    relate(session, ARTICLE, one.id, *others, (QUESTION, solved.id))
    shown = page(client, "/articles/a/one")
    assert [link["href"] for link in shown.select(".related .article-card a")] == [
        "/articles/a/named",
        "/articles/a/alike",
    ]
    [asked] = shown.select("[aria-labelledby=asked] li")
    assert "Paper jam in the old printer" in asked.text and "Solved" in asked.text
    hiding.hide(session, post=solved, by=cast.mia, why="Test.")
    alike.audience = "staff"
    session.commit()
    shown = page(client, "/articles/a/one")
    assert [link["href"] for link in shown.select(".related a")] == ["/articles/a/named"]


def test_thread_leads_on_and_tells_experts_what_may_answer_it(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, solved: Question
) -> None:
    article = article_row(session, "a/clear-a-jam.md")
    waiting, open_too = (question(session, by=cast.alice, title=f"Printer jams, {n} times") for n in ("two", "three"))
    relate(session, QUESTION, waiting.id, (QUESTION, solved.id), (ARTICLE, article.id), (QUESTION, open_too.id))
    address = f"/questions/{waiting.id}/{waiting.slug}"
    everything = ["Clear a jam", "Paper jam in the old printer", "Printer jams, three times"]
    for browser in (client, signed_in(cast.alice)):
        shown = page(browser, address)
        assert [link.text for link in shown.select("[aria-labelledby=alike-title] a")] == everything
        assert not shown.select("[aria-labelledby=elsewhere-title]")
    expert = signed_in(cast.erin)
    shown = page(expert, address)
    assert [link.text for link in shown.select("[aria-labelledby=elsewhere-title] a")] == everything[:2]
    [button] = shown.select("[aria-labelledby=elsewhere-title] button")
    form = shown.select_one("form#acts")
    assert form is not None
    fields = {field["name"]: field["value"] for field in form.select("input")}
    sent = expert.post(str(button["formaction"]), data={**fields, str(button["name"]): str(button["value"])})
    assert sent.status_code == 303
    assert session.scalars(select(Duplicate.original_id)).all() == [solved.id]
    assert not page(expert, address).select("[aria-labelledby=elsewhere-title]"), "it was said"


def test_related_costs_the_same_for_one_and_for_eight(
    session: Session, cast: Cast, signed_in: Browser, solved: Question
) -> None:
    asked = question(session, by=cast.alice)
    home = article_row(session, "a/home.md")
    articles = [article_row(session, f"a/number-{n}.md").id for n in range(8)]
    threads = [question(session, by=cast.mia, title=f"Another printer, {n}").id for n in range(8)]
    expert, counts = signed_in(cast.erin), []
    for few in (slice(0, 1), slice(1, 8)):
        others = [(ARTICLE, ref) for ref in articles[few]] + [(QUESTION, ref) for ref in threads[few]]
        session.query(Related).delete()
        relate(session, QUESTION, asked.id, *others)
        relate(session, ARTICLE, home.id, *others)
        for address in (f"/questions/{asked.id}/{asked.slug}", "/articles/a/home"):
            with counted_statements() as seen:
                page(expert, address)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12
