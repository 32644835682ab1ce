"""Who may call what: every route, every kind of person, in one table that fails when a route is missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, Section
from kb.notices.models import Notice
from kb.people.models import Person, Role
from kb.people.models import Session as SignIn
from tests import builders, builders_forum, builders_writing

VISITOR = frozenset({"visitor"})
SIGNED_IN = frozenset({"member", "asker", "answerer", "expert", "writer", "moderator", "admin", "staff"})
EVERYONE = VISITOR | SIGNED_IN
ADMINS = frozenset({"admin"})
MODERATORS = ADMINS | {"moderator"}
HELPERS = frozenset({"expert"}) | MODERATORS
WRITERS = frozenset({"writer", "admin"})
EDITORS = HELPERS | WRITERS | {"staff"}
"""Whom everybody trusts to edit what others wrote."""
OTHERS = SIGNED_IN - {"answerer"}


@dataclass(frozen=True, slots=True)
class Row:
    """One route: who is let in and with what, and what the others are told. Visitors are sent to sign in."""

    endpoint: str
    method: str
    path: str
    allowed: frozenset[str] = EVERYONE
    answer: int = 200
    refusal: int = 403
    data: dict[str, str] = field(default_factory=dict)
    visitor: int = 303
    headers: dict[str, str] = field(default_factory=dict)


SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
LONG = "Enough words to be worth posting."

TABLE = [
    Row("static", "GET", "/static/css/base/tokens.css"),
    Row("assets.asset_file", "GET", "{css}"),
    Row("health.alive", "GET", "/healthz"),
    Row("health.ready", "GET", "/readyz"),
    Row("metrics.metrics", "GET", "/metrics"),
    Row("home.front", "GET", "/"),
    Row("home.style", "GET", "/style"),
    Row("home.favicon", "GET", "/favicon.svg"),
    # Other programs
    Row("feeds.robots", "GET", "/robots.txt"),
    Row("feeds.articles", "GET", "/feeds/articles.atom"),
    Row("feeds.questions", "GET", "/feeds/questions.atom"),
    Row("feeds.site_map", "GET", "/sitemap.xml"),
    Row("feeds.part_of_site_map", "GET", "/sitemap/articles-1.xml"),
    # Articles
    Row("articles.index", "GET", "/articles"),
    Row("articles.section", "GET", "/articles/{section}"),
    Row("articles.article", "GET", "/articles/{section}/{article}"),
    Row("articles.markdown", "GET", "/articles/{section}/{article}.md"),
    Row("articles.article_history.history", "GET", "/articles/{section}/{article}/history"),
    Row("articles.article_history.changes", "GET", "/articles/{section}/{article}/history/0..9", answer=404),
    Row("articles.article_feedback.ask", "GET", "/articles/{section}/{article}/feedback"),
    Row(
        "articles.article_feedback.give",
        "POST",
        "/articles/{section}/{article}/feedback",
        answer=303,
        data={"helpful": "yes"},
        headers=SAME_SITE,
    ),
    Row("articles.image", "GET", "/articles/images/0000/none.png", answer=404),
    # The git host's doorbell: this site has no secret
    Row("hooks.content", "POST", "/hooks/content", answer=503),
    # Search
    Row("search.results", "GET", "/search?q=password"),
    Row("search.typing.suggest", "GET", "/search/suggest?q=password"),
    Row("search.links.find", "GET", "/search/links?q=password"),
    Row("search.typing.opened", "POST", "/search/opened/{query}/1/question/{q}", answer=204),
    # Reading the community
    Row("questions.questions", "GET", "/questions"),
    Row("questions.places.all_tags", "GET", "/tags"),
    Row("questions.places.tag", "GET", "/tags/password"),
    Row("questions.places.all_categories", "GET", "/categories"),
    Row("questions.places.category", "GET", "/categories/problems"),
    Row("questions.thread", "GET", "/questions/{q}/{slug}"),
    Row("questions.history", "GET", "/questions/{q}/history"),
    Row("answers.answer", "GET", "/answers/{a}", answer=302),
    Row("answers.history", "GET", "/answers/{a}/history"),
    Row("answers.comments.comment", "GET", "/comments/{c}", answer=302),
    Row("answers.comments.history", "GET", "/comments/{c}/history"),
    Row("answers.comments.on_question", "GET", "/questions/{q}/comments/all"),
    Row("answers.comments.on_answer", "GET", "/answers/{a}/comments/all"),
    # Asking and answering; what a visitor writes is kept until they have joined
    Row("questions.asking.ask", "GET", "/questions/ask"),
    Row("questions.asking.preview", "POST", "/preview", data={"body": "*hello*"}),
    Row(
        "questions.asking.post",
        "POST",
        "/questions",
        answer=303,
        data={"title": "Where is my invoice now?", "body": LONG, "category": "problems", "tags": ""},
    ),
    Row("questions.asking.found.similar", "POST", "/questions/ask/similar", data={"title": "Where is my invoice now?"}),
    Row("questions.asking.found.beside", "POST", "/questions/ask/beside/question/{q}"),
    Row("questions.asking.found.answered", "POST", "/questions/ask/answered/question/{q}", answer=404),
    Row("questions.asking.found.thanks", "GET", "/questions/ask/answered/question/{q}"),
    Row("drafts.listed", "GET", "/drafts", SIGNED_IN),
    Row("drafts.saved", "GET", "/drafts/saved?subject=/questions/ask", SIGNED_IN),
    Row("drafts.save", "POST", "/drafts", SIGNED_IN, data={"subject": "/questions/ask", "body": LONG}),
    Row("drafts.throw_away", "POST", "/drafts/thrown-away", SIGNED_IN, 303, data={"subject": "/questions/ask"}),
    Row("answers.answering", "GET", "/questions/{q}/answers"),
    Row("answers.post", "POST", "/questions/{q}/answers", answer=303, data={"body": LONG}),
    Row("questions.edits.commenting", "GET", "/questions/{q}/comments"),
    Row("questions.edits.comment", "POST", "/questions/{q}/comments", answer=303, data={"body": LONG}),
    Row("answers.commenting", "GET", "/answers/{a}/comments"),
    Row("answers.comment", "POST", "/answers/{a}/comments", answer=303, data={"body": LONG}),
    Row("questions.continuing.continuing", "GET", "/questions/{archived}/continuation"),
    Row(
        "questions.continuing.go_on",
        "POST",
        "/questions/{archived}/continuation",
        answer=303,
        data={"title": "Where is my invoice this year?", "body": LONG, "category": "problems", "tags": ""},
    ),
    # Acts on a thread
    Row("questions.acts.say_me_too", "POST", "/questions/{q}/me-too", SIGNED_IN - {"asker"}, 303, data={"too": "yes"}),
    Row(
        "questions.acts.acceptance",
        "POST",
        "/questions/{q}/acceptance",
        HELPERS | {"asker"},
        303,
        data={"answer": "{a}"},
    ),
    Row("answers.opinions.why", "GET", "/answers/{a}/rating", OTHERS),
    Row("answers.opinions.rating", "POST", "/answers/{a}/rating", OTHERS, 303, data={"helpful": "yes"}),
    Row("answers.opinions.objections", "GET", "/answers/{a}/objections", frozenset({"answerer"})),
    Row("answers.opinions.trying", "GET", "/answers/{a}/trial", OTHERS),
    Row("answers.opinions.trial", "POST", "/answers/{a}/trial", OTHERS, 303, data={"worked": "yes"}),
    Row("answers.opinions.solved", "GET", "/answers/{a}/solved", HELPERS | {"asker"}),
    Row("questions.care.closing", "GET", "/questions/{q}/closure", HELPERS | {"asker"}),
    Row("questions.care.closure", "POST", "/questions/{q}/closure", HELPERS, 303, data={"reason": "declined"}),
    Row("questions.care.repeating", "GET", "/questions/{q}/duplicate", EDITORS),
    Row("questions.care.duplicate", "POST", "/questions/{q}/duplicate", EDITORS, 303, data={"original": "{older}"}),
    Row("questions.drafts.drafting", "GET", "/questions/{q}/draft", HELPERS | WRITERS),
    Row(
        "questions.drafts.draft",
        "POST",
        "/questions/{q}/draft",
        HELPERS | WRITERS,
        303,
        data={"title": "Where your invoice is", "folder": "account", "answers": "{a}"},
    ),
    Row("questions.drafts.file", "GET", "/questions/{q}/draft/file", HELPERS | WRITERS, 404),
    Row("questions.drafts.patch", "GET", "/questions/{q}/patch", HELPERS | WRITERS, 404),
    Row("questions.drafts.branch", "POST", "/questions/{q}/draft/branch", HELPERS | WRITERS, 404),
    Row("questions.moving.merging_with", "GET", "/questions/{q}/merge", MODERATORS),
    Row("questions.moving.merge", "POST", "/questions/{q}/merge", MODERATORS, 303, data={"into": "{older}"}),
    Row("questions.moving.splitting_off", "GET", "/questions/{q}/split", MODERATORS),
    Row(
        "questions.moving.split",
        "POST",
        "/questions/{q}/split",
        MODERATORS,
        303,
        data={"title": "Where is my receipt now?", "chosen": "answer-{a}"},
    ),
    # Changing what was written
    Row("questions.edits.editing", "GET", "/questions/{q}/edit", EDITORS | {"asker"}),
    Row(
        "questions.edits.edit",
        "POST",
        "/questions/{q}/edit",
        EDITORS | {"asker"},
        303,
        data={"title": "Where is my invoice by now?", "body": LONG, "category": "problems", "tags": ""},
    ),
    Row("answers.editing", "GET", "/answers/{a}/edit", EDITORS | {"answerer"}),
    Row("answers.edit", "POST", "/answers/{a}/edit", EDITORS | {"answerer"}, 303, data={"body": LONG}),
    Row("answers.comments.editing", "GET", "/comments/{c}/edit", MODERATORS | {"member"}),
    Row("answers.comments.edit", "POST", "/comments/{c}/edit", MODERATORS | {"member"}, 303, data={"body": LONG}),
    Row("answers.hiding.asking", "GET", "/answers/{a}/visibility", MODERATORS | {"answerer"}),
    Row(
        "answers.hiding.visibility",
        "POST",
        "/answers/{a}/visibility",
        MODERATORS | {"answerer"},
        303,
        data={"hidden": "yes", "why": "spam"},
    ),
    # Looking after tags and categories
    Row("questions.places.tag_editing.editing", "GET", "/tags/password/edit", MODERATORS),
    Row("questions.places.tag_editing.edit", "POST", "/tags/password/edit", MODERATORS, 303, data={"description": ""}),
    Row(
        "questions.places.tag_editing.synonyms",
        "POST",
        "/tags/password/synonyms",
        MODERATORS,
        303,
        data={"synonym": "passphrase"},
    ),
    Row(
        "questions.places.tag_editing.rename",
        "POST",
        "/tags/password/name",
        MODERATORS,
        303,
        data={"name": "password"},
    ),
    Row("questions.places.category_editing.adding", "GET", "/categories/new", ADMINS),
    Row("questions.places.category_editing.add", "POST", "/categories", ADMINS, 303, data={"name": "Plans"}),
    Row("questions.places.category_editing.editing", "GET", "/categories/problems/edit", MODERATORS),
    Row(
        "questions.places.category_editing.edit",
        "POST",
        "/categories/problems/edit",
        MODERATORS,
        303,
        data={"name": "Something is not working", "description": "", "template": ""},
    ),
    Row(
        "questions.places.category_editing.audience",
        "POST",
        "/categories/problems/audience",
        ADMINS,
        303,
        data={"audience": "public"},
    ),
    Row(
        "questions.places.category_editing.experts",
        "POST",
        "/categories/problems/experts",
        ADMINS,
        303,
        data={"handle": "expert"},
    ),
    # Following
    Row("following.show", "GET", "/settings/following", SIGNED_IN),
    Row("following.choose", "POST", "/following/question/{q}", SIGNED_IN, 303, data={"level": "digest"}),
    # People
    Row("people.profile", "GET", "/people/asker"),
    Row("people.people", "GET", "/people"),
    Row("people.esteem.lines", "GET", "/people/asker/ledger"),
    Row("people.esteem.all_badges", "GET", "/badges"),
    Row("people.esteem.badge", "GET", "/badges/solver"),
    Row("people.esteem.steps", "GET", "/trust"),
    Row("people.sign_in.join_form", "GET", "/join", VISITOR, 200, 303),
    Row(
        "people.sign_in.join",
        "POST",
        "/join",
        EVERYONE,
        303,
        data={"name": "New Person", "email": "new{q}@example.com", "password": "purple elephants dance"},
    ),
    Row("people.sign_in.sign_in_form", "GET", "/sign-in", VISITOR, 200, 303),
    Row("people.sign_in.sign_in", "POST", "/sign-in", EVERYONE, 422, data={"login": "nobody", "password": "wrong"}),
    Row("people.sign_in.sign_out", "POST", "/sign-out", EVERYONE, 303),
    Row("people.password_reset.ask_form", "GET", "/password"),
    Row("people.password_reset.ask", "POST", "/password", data={"email": "nobody@example.com"}),
    Row("people.password_reset.follow", "GET", "/password/not-a-token", answer=303),
    Row("people.password_reset.choose_form", "GET", "/password/new", answer=404),
    Row(
        "people.password_reset.choose", "POST", "/password/new", answer=404, data={"password": "purple elephants dance"}
    ),
    Row("people.account_settings.show", "GET", "/settings", SIGNED_IN),
    Row(
        "people.account_settings.save_profile",
        "POST",
        "/settings/profile",
        SIGNED_IN,
        303,
        data={"name": "Somebody", "about": ""},
    ),
    Row("uploads.photo", "GET", "/settings/photo", SIGNED_IN),
    Row("uploads.set_photo", "POST", "/settings/photo", SIGNED_IN, 422),
    Row("uploads.remove_photo", "POST", "/settings/photo/removal", SIGNED_IN, 303),
    Row("uploads.adding", "GET", "/uploads/new", EDITORS),
    Row("uploads.add", "POST", "/uploads", EDITORS, 422),
    Row("uploads.show", "GET", "/uploads/nothing.png", answer=404),
    Row("people.naming.suggest", "GET", "/people/suggest?q=m"),
    Row("people.account_settings.choose_letters", "POST", "/settings/letters", SIGNED_IN, 303),
    Row(
        "people.account_settings.change_password",
        "POST",
        "/settings/password",
        SIGNED_IN,
        422,
        data={"current": "wrong", "password": "purple elephants dance"},
    ),
    Row("people.account_settings.devices", "GET", "/settings/sessions", SIGNED_IN),
    Row("people.account_settings.end_device", "POST", "/settings/sessions/{session}/end", SIGNED_IN, 303),
    Row("people.account_settings.end_others", "POST", "/settings/sessions/end-others", SIGNED_IN, 303),
    # The queue
    Row("queue.show", "GET", "/queue", HELPERS),
    Row("queue.acts.claim", "POST", "/questions/{q}/claim", HELPERS, 303, data={"claim": "yes"}),
    Row("queue.acts.missing", "GET", "/questions/{q}/details", HELPERS),
    Row("queue.acts.ask", "POST", "/questions/{q}/details", HELPERS, 303, data={"body": LONG}),
    Row("queue.acts.noting", "GET", "/questions/{q}/notes", HELPERS),
    Row("queue.acts.note", "POST", "/questions/{q}/notes", HELPERS, 303, data={"body": LONG}),
    Row("queue.acts.handing_over", "GET", "/questions/{q}/handover", HELPERS),
    Row("queue.acts.hand_over", "POST", "/questions/{q}/handover", HELPERS, 303, data={"back": "yes"}),
    Row("queue.replies.listing", "GET", "/questions/{q}/replies", HELPERS),
    Row("queue.groups.listing", "GET", "/queue/groups", ADMINS),
    Row("queue.groups.add", "POST", "/queue/groups", ADMINS, 303, data={"name": "Billing"}),
    Row("queue.groups.members", "POST", "/queue/groups/999/members", ADMINS, 404),
    Row("queue.groups.remove", "POST", "/queue/groups/999/removal", ADMINS, 404),
    # Writing
    Row("writing.overview", "GET", "/writing", WRITERS),
    Row("writing.runs.listing", "GET", "/writing/runs", WRITERS),
    Row("writing.runs.again", "POST", "/writing/runs", WRITERS, 303),
    Row("writing.runs.show", "GET", "/writing/runs/{run}", WRITERS),
    Row("writing.runs.confirm", "POST", "/writing/runs/{run}/confirmation", WRITERS, 409),
    Row("writing.runs.roll_back", "POST", "/writing/runs/{run}/rollback", WRITERS, 409),
    Row("writing.articles.listing", "GET", "/writing/articles", WRITERS),
    Row("writing.articles.said", "GET", "/writing/feedback", WRITERS),
    Row("writing.articles.settle", "POST", "/writing/feedback/999/1/settlement", WRITERS, 404),
    Row("writing.searches.listing", "GET", "/writing/searches", WRITERS),
    Row("writing.searches.article", "GET", "/writing/searches/article?q=sso", WRITERS),
    Row("writing.searches.all_synonyms", "GET", "/writing/searches/synonyms", WRITERS),
    Row("writing.searches.add_synonyms", "POST", "/writing/searches/synonyms", WRITERS, 422),
    Row("writing.searches.remove_synonyms", "POST", "/writing/searches/synonyms/999/removal", WRITERS, 404),
    Row("writing.searches.all_first", "GET", "/writing/searches/first", WRITERS),
    Row("writing.searches.put_first", "POST", "/writing/searches/first", WRITERS, 422),
    Row("writing.searches.take_away", "POST", "/writing/searches/first/999/removal", WRITERS, 404),
    Row("writing.preview.choose", "GET", "/writing/preview", WRITERS, 303),
    Row("writing.preview.fetch", "POST", "/writing/preview/fetch", WRITERS, 404),
    Row("writing.preview.index", "GET", "/writing/preview/folder", WRITERS),
    Row("writing.preview.shelf", "GET", "/writing/preview/folder/articles/writing", WRITERS),
    Row("writing.preview.article", "GET", "/writing/preview/folder/articles/writing/preview", WRITERS),
    Row("writing.preview.change", "GET", "/writing/preview/folder/changes/no.md", WRITERS, 404),
    Row("writing.preview.picture", "GET", "/writing/preview/folder/articles/images/0/no.png", WRITERS, 404),
    # The inbox and letters
    Row("inbox.show", "GET", "/inbox", SIGNED_IN),
    Row("inbox.open_notice", "POST", "/inbox/{notice}", frozenset({"asker"}), 303, 404),
    Row("inbox.read_all", "POST", "/inbox/read", SIGNED_IN, 303),
    Row("inbox.stopping", "GET", "/letters/stop/not-a-token", answer=404),
    Row("inbox.stop", "POST", "/letters/stop/not-a-token", answer=404),
    Row("inbox.resume", "POST", "/letters/resume/not-a-token", answer=404),
]
WITHOUT_TOKEN = {
    "hooks.content",
    "articles.article_feedback.give",
    "inbox.stop",
    "inbox.resume",
    "search.typing.opened",
}
"""Guarded by where the browser says it comes from, or by a signed token in the address; the last counts a click."""


@pytest.fixture
def people(session: Session) -> dict[str, Person | None]:
    """One of each; the admin is granted nothing but admin."""
    found: dict[str, Person | None] = {"visitor": None}
    for name in ("member", "asker", "answerer"):
        found[name] = builders.person(session, name)
    for role in Role:
        found[role.value] = builders.person(session, role.value, role)
    found["staff"] = builders.person(session, "staff", staff=True)
    session.add(article())
    for person in found.values():
        if person is not None:  # old hands, whom the limits of a first day do not stop
            person.created_at -= timedelta(days=30)
    session.commit()
    return found


def article() -> Article:
    """Return an article that is published; publishing all of content/ for each route would take minutes."""
    names = ("headings", "tags", "keywords", "related", "related_ids", "links", "remarks")
    lists: dict[str, list[object]] = {name: [] for name in names}
    return Article(
        section=Section(slug="account", title="Account"), slug="join", path="account/join.md", source_hash="0",
        title="Join", markdown="Join.", html="<p>Join.</p>", text="Join.", extra={},
        created_at=clock.now(), changed_at=clock.now(), **lists,
    )  # fmt: skip


def test_table_names_every_route_and_no_other(app: Flask) -> None:
    there = {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    stated = {(row.endpoint, row.method) for row in TABLE}
    assert stated == there


def test_get_lets_in_whom_the_table_says(
    app: Flask, session: Session, people: dict[str, Person | None], signed_in: Callable[[Person], FlaskClient]
) -> None:
    names = _things(session, app, people)
    clients = {actor: signed_in(person) if person else app.test_client() for actor, person in people.items()}
    reading = [row for row in TABLE if row.method == "GET"]
    assert not [wrong for row in reading for actor in clients for wrong in _asked(row, actor, clients[actor], names)]


@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "POST"], ids=lambda row: row.endpoint)
def test_post_lets_in_whom_the_table_says(
    row: Row,
    app: Flask,
    session: Session,
    people: dict[str, Person | None],
    signed_in: Callable[[Person], FlaskClient],
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    names: dict[str, str] = {}
    for actor, person in people.items():
        names = names or _things(session, app, people)
        wrong += _asked(row, actor, signed_in(person) if person else app.test_client(), names)
        if actor in row.allowed:
            names = {}  # something may have changed
    assert not wrong


def _asked(row: Row, actor: str, client: FlaskClient, names: dict[str, str]) -> list[str]:
    """Send a request and return what is wrong with its answer."""
    known = {**names, "session": names.get(f"session of {actor}", "1")}
    data = {key: value.format_map(known) for key, value in row.data.items()}
    got = client.open(row.path.format_map(known), method=row.method, data=data or None, headers=row.headers)
    expected = row.answer if actor in row.allowed else row.visitor if actor == "visitor" else row.refusal
    what = f"{row.method} {row.path} by {actor}"
    if got.status_code != expected:
        return [f"{what}: {got.status_code} instead of {expected}"]
    sent_away = actor == "visitor" and actor not in row.allowed and expected == 303
    if sent_away and not got.headers["Location"].startswith(("/sign-in?", "/join?")):
        return [f"{what}: sent to {got.headers['Location']}"]
    return []


def test_post_without_the_form_token_is_refused(
    app: Flask, session: Session, people: dict[str, Person | None], signed_in: Callable[[Person], FlaskClient]
) -> None:
    person = people["admin"]
    assert person is not None
    guarded = [row for row in TABLE if row.method == "POST" and row.endpoint not in WITHOUT_TOKEN]
    names = _things(session, app, people)
    names["session"] = names["session of admin"]
    admin = signed_in(person)
    statuses = {row.endpoint: admin.post(row.path.format_map(names), data=row.data).status_code for row in guarded}
    assert statuses == {row.endpoint: 400 for row in guarded}


def _things(session: Session, app: Flask, people: dict[str, Person | None]) -> dict[str, str]:
    """Make a fresh thread and a sign-in of each person, and return what a path may name; committed."""
    asker, answerer, member = people["asker"], people["answerer"], people["member"]
    assert asker and answerer and member
    older = builders_forum.question(session, by=member, title="Where do I find my invoice?")
    question = builders_forum.question(session, by=asker, title="Where is my invoice?")
    comment = builders_forum.comment(session, question=question, by=member)
    answer = builders_forum.answer(session, question=question, by=answerer)
    archived = builders_forum.question(session, by=member, title="Where was my invoice?")
    archived.archived_at = archived.created_at
    session.flush()
    article = session.scalars(select(Article).where(Article.status == "published").limit(1)).one()
    run = builders_writing.run(session, sha="")
    notice = session.scalars(select(Notice).where(Notice.person_id == asker.id).limit(1)).one()
    devices = {
        f"session of {name}": SignIn(
            token_hash=f"{name}{question.id}".encode().ljust(32), person_id=person.id,
            created_at=question.created_at, seen_at=question.created_at, ip="127.0.0.1", agent="another device",
        )
        for name, person in people.items() if person is not None
    }  # fmt: skip
    session.add_all(devices.values())
    session.commit()
    with app.test_request_context():
        css = app.jinja_env.globals["asset"]("site.css")
    return {
        "q": str(question.id), "slug": question.slug, "older": str(older.id), "archived": str(archived.id),
        "a": str(answer.id), "c": str(comment.id),
        "notice": str(notice.id), "css": css, "query": "A" * 22,
        "section": article.section.slug, "article": article.slug, "run": str(run.id),
        **{name: str(device.id) for name, device in devices.items()},
    }  # fmt: skip
