"""What is for staff alone reaches nobody else, by whatever way it might come out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.forum import answers, category_care, duplicates, merits, ratings
from kb.forum.models import Answer, Category, Comment, Question
from kb.forum.queue import listing as queue
from kb.forum.solving.models import Adoption
from kb.mail import MemoryPost
from kb.notices import digests, follows
from kb.people.models import Person, Role
from kb.search import asking, following
from kb.search.engine import Engine
from tests import builders
from tests.builders import Cast
from tests.builders_forum import answer, category, comment, question
from tests.pages import checked

SignedIn = Callable[[Person], FlaskClient]
ASKED, ANSWERED, REMARKED, TAGGED, NAMED = (
    "quibblewort",
    "quibbleanswer",
    "quibbleremark",
    "quibbletag",
    "Quibbleplans",
)
SECRETS = (ASKED, ANSWERED, REMARKED, TAGGED, NAMED)


@dataclass(frozen=True, slots=True)
class Plans:
    """A category that everybody saw once, with a thread in it that stan of the company asked."""

    place: Category
    asked: Question
    answered: Answer
    remark: Comment
    other: Question
    """Marked as asked before by this one; an article for staff was made of its answer."""
    stan: Person
    admin: Person


@pytest.fixture
def plans(session: Session, cast: Cast, app: Flask) -> Plans:
    stan, admin = builders.person(session, "stan", staff=True), builders.person(session, "ada", Role.ADMIN)
    place = category(session, "ideas")
    category_care.describe(session, category=place, by=admin, words=category_care.Words(NAMED, f"For {NAMED}.", ""))
    for person in (cast.alice, cast.bob):
        person.password_hash = "not a hash"
        for kind, number in (("category", place.id), ("person", stan.id)):
            level = "digest" if person is cast.bob else "each"
            follows.set_level(session, person=person, subject_kind=kind, subject_id=number, level=level)
    session.flush()
    asked = question(session, by=stan, title=f"What is {ASKED} for?", tags=(TAGGED,), place=place)
    follows.follow(session, person=cast.alice, subject_kind="question", subject_id=asked.id)
    answered = answer(session, question=asked, by=cast.bob, body=f"Use the {ANSWERED} first. @alice")
    remark = comment(session, question=asked, by=stan, body=f"Mind the {REMARKED}. @alice", answer=answered)
    ratings.rate(session, answer=answered, by=stan, helpful=True)
    answers.accept(session, answer=answered, by=stan)
    other = question(session, by=cast.alice, title="How do I open the paper tray?", tags=("paper",))
    now, home = clock.now(), {"question_id": other.id, "answer_id": answer(session, question=other, by=cast.bob).id}
    duplicates.mark(session, question=other, original=asked, by=cast.mia)
    session.add(Adoption(title=NAMED, audience="staff", address="/articles/a/b", made_at=now, live_at=now, **home))
    merits.give(session)
    session.commit()
    return Plans(place, asked, answered, remark, other, stan, admin)


def catch_up(session: Session, engine: Engine) -> None:
    session.commit()
    clock.advance(timedelta(minutes=2))
    while following.follow(session, engine):
        pass


def addresses(plans: Plans) -> list[str]:
    """Return every page there is something of a thread on; those about it alone come first."""
    thread = f"/questions/{plans.asked.id}"
    own = [
        f"{thread}/{plans.asked.slug}",
        f"{thread}/history",
        f"/answers/{plans.answered.id}",
        f"/answers/{plans.answered.id}/history",
        f"/comments/{plans.remark.id}",
        f"/tags/{TAGGED}",
        f"/categories/{plans.place.slug}",
        f"/categories/{plans.place.slug}/edit",
        "/categories/ideas",
    ]
    lists = [f"{place}?tab={tab}" for place in ("/questions", "/tags/paper") for tab in ("newest", "active", "solved")]
    found = [f"/search{how}?q={word[:-1]}" for how in ("", "/suggest") for word in SECRETS]
    found += [f"/questions/ask/similar?title=What+is+{ASKED[:-1]}+for+here"]
    others = [
        "/",
        "/tags",
        "/tags?q=quibble",
        "/categories",
        "/questions/ask",
        "/people/stan",
        "/people/bob",
        "/people",
        "/badges/first-solution",
        f"/questions/{plans.other.id}/{plans.other.slug}",
        f"/questions/{plans.other.id}/history",
    ]
    others += [
        "/people/bob/ledger",
        "/people/stan/ledger",
        "/feeds/questions.atom",
        "/sitemap.xml",
        "/sitemap/questions-1.xml",
    ]
    mine = ["/inbox", "/settings/following", "/drafts", "/search?q=paper&section=quibbleplans"]
    mine += [f"/queue?tab={tab}" for tab in queue.TABS]
    return [*own, *lists, *found, *others, *mine]


def leaks(browser: FlaskClient, plans: Plans) -> list[str]:
    """Return which pages say a secret that their address does not say."""
    said = []
    for address in addresses(plans):
        text = browser.get(address).text.lower()
        said += [
            f"{address}: {word}" for word in SECRETS if word.lower() in text and word.lower() not in address.lower()
        ]
    return said


def test_a_category_for_staff_leaves_no_trace_for_others(
    session: Session, cast: Cast, plans: Plans, app: Flask, client: FlaskClient, signed_in: SignedIn
) -> None:
    engine = asking.engine_of(app.extensions)
    catch_up(session, engine)
    assert len(leaks(client, plans)) > 15, "these pages would show it"
    category_care.open_to(session, category=plans.place, by=plans.admin, audience="staff")
    session.commit()
    browsers = [client, signed_in(cast.alice), signed_in(cast.bob), signed_in(cast.erin), signed_in(cast.will)]
    for caught_up in (False, True):
        if caught_up:
            catch_up(session, engine)
        assert [leaks(browser, plans) for browser in browsers] == [[]] * 5
        for browser in browsers:
            assert {browser.get(address).status_code for address in addresses(plans)[:7]} == {404}
    for person in (None, cast.alice, cast.erin, cast.will):
        assert asking.ask(session, ASKED, person, engine=engine).total == 0
    for person in (plans.stan, cast.mia, plans.admin):
        assert asking.ask(session, ASKED, person, engine=engine).total == 1, "whoever sees a thread finds it"
        browser = signed_in(person)
        assert {browser.get(address).status_code for address in addresses(plans)[:1]} == {200}
        assert len(leaks(browser, plans)) > 10


def test_a_category_for_members_is_for_who_is_signed_in(
    session: Session, cast: Cast, plans: Plans, app: Flask, client: FlaskClient, signed_in: SignedIn
) -> None:
    category_care.open_to(session, category=plans.place, by=plans.admin, audience="members")
    catch_up(session, asking.engine_of(app.extensions))
    assert leaks(client, plans) == []
    bob = signed_in(cast.bob)
    for address in (*addresses(plans)[:1], f"/tags/{TAGGED}", "/categories"):
        assert ASKED in bob.get(address).text or NAMED in bob.get(address).text, address
    assert f"/questions/{plans.asked.id}/" in bob.get(f"/search?q={ASKED}").text


def test_letters_about_what_is_for_staff_by_now_stay(
    session: Session, cast: Cast, plans: Plans, letters: MemoryPost
) -> None:
    category_care.open_to(session, category=plans.place, by=plans.admin, audience="staff")
    digests.plan(session)
    session.commit()
    for _ in range(2):
        while jobs.run_next(session, "test"):
            pass
        clock.advance(timedelta(days=1))
    to_others = [mail.text for mail in letters.sent if mail.to in ("alice@example.com", "bob@example.com")]
    assert [word for word in SECRETS if word in " ".join(to_others)] == []


def routes_of(app: Flask, plans: Plans) -> Iterator[tuple[str, str]]:
    """Yield method and path of everything that can be asked about a thread and its posts."""
    ids = {"question": plans.asked.id, "answer": plans.answered.id, "comment": plans.remark.id}
    for rule in app.url_map.iter_rules():
        noun = rule.rule.split("/")[1].removesuffix("s")
        if noun in ids and rule.arguments and rule.arguments <= {f"{noun}_id", "post_id", "slug"}:
            path = re.sub(r"<int:\w+>", str(ids[noun]), rule.rule).replace("<slug>", plans.asked.slug)
            yield ("POST" if "POST" in rule.methods else "GET"), path
    yield "POST", f"/following/question/{plans.asked.id}"
    yield "POST", f"/questions/ask/beside/question/{plans.asked.id}"


def test_nothing_can_be_asked_or_done_about_a_thread_that_is_for_others(
    session: Session, cast: Cast, plans: Plans, app: Flask, client: FlaskClient, signed_in: SignedIn
) -> None:
    category_care.open_to(session, category=plans.place, by=plans.admin, audience="staff")
    session.commit()
    routes = list(routes_of(app, plans))
    assert len(routes) > 50
    for browser, expected in ((signed_in(cast.bob), {404}), (client, {404, 303})):
        field = checked(browser.get("/questions/ask")).select_one("[name=csrf_token]")
        form = {"csrf_token": field["value"] if field else "", "level": "each", "helpful": "yes", "body": "Some words."}
        for method, path in routes:
            answer = browser.open(path, method=method, data=form if method == "POST" else None)
            assert answer.status_code in expected, f"{method} {path}: {answer.status}"
            assert answer.status_code == 404 or "/sign-in?next=" in answer.location
            assert [word for word in SECRETS if word.lower() in answer.text.lower()] == [], path
