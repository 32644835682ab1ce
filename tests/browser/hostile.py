"""Attacks as text, written wherever people can write, and a page that notices when anything of them acts."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import current_session
from kb.forum import answers, comments, questions
from kb.forum.asking.models import Asking
from kb.forum.models import Category, CloseReason, Question, Rating, Tag
from kb.forum.queue import notes
from kb.forum.queue.models import Group, Handover
from kb.forum.solving.models import Trial
from kb.markup.posts import render_post
from kb.people import sessions
from kb.people.models import Person, Role
from kb.search.models import Query
from tests.browser.conftest import Site
from tests.builders import person

HOSTS = (
    "{}",
    "[x]({})",
    "![x]({})",
    "[{}](https://x.example)",
    "<{}>",
    "[x]: {}\n\n[x]",
    "> {}",
    "a|b\n-|-\n{}|x",
    "*{}*",
    "```{}\nx\n```",
)
"""Where a text may stand in Markdown."""
EVERY_FEW = 10
"""Of so many texts one is written where there is little room: a category, a tag, a group."""

NOTICE = """
  window.ran = [];
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = (...said) => void ran.push(name + said);
  }
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
    if (effectiveDirective.startsWith("script")) ran.push(`stopped by the policy: ${blockedURI} ${sample}`);
  });
"""
"""Runs before anything else on a page. What only the policy stops ran as far as we are concerned."""
LOOK = """() => {
  const acting = /^(iframe|frame|object|embed|applet|math|base|style|video|audio|portal|marquee)$/i;
  const addresses = ["href", "src", "action", "formaction", "xlink:href", "data", "srcdoc", "poster", "background"];
  const found = [...ran];
  for (const one of document.querySelectorAll("*")) {
    const ours = one.localName !== "script" || /^\\/assets\\//.test(one.getAttribute("src"));
    if (!ours || acting.test(one.localName)) found.push(one.outerHTML.slice(0, 200));
    for (const { name, value } of one.attributes) {
      const scheme = /^(javascript|vbscript|data):/i.test(value.replace(/[\\x00-\\x20]/g, ""));
      if (/^on/i.test(name) || (scheme && addresses.includes(name))) {
        found.push(`${name}=${value} on ${one.localName}`);
      }
    }
  }
  return found;
}"""
"""What there is on a page that could act, whoever has to press it."""


class Watched:
    """A tab of the keeper's whose pages are looked at.

    ``problems`` says what acted, could act, or was called from another site. ``policy`` says whether the browser keeps
    to the site's, ``assets`` whether pages get their scripts and styles, which takes most of the time.
    """

    def __init__(self, browser: Browser, site: Site, *, policy: bool = False, assets: bool = False) -> None:
        self.problems: list[str] = []
        self.pages = 0
        context = browser.new_context(base_url=site.url, bypass_csp=not policy, reduced_motion="reduce")
        context.add_init_script(NOTICE)
        name, value = _cookie(site)
        context.add_cookies([{"name": name, "value": value, "url": site.url}])
        self.page: Page = context.new_page()
        if not assets:
            context.route("**/assets/**", lambda route: route.abort())
        host = site.url.removeprefix("http://")
        self.page.on("dialog", lambda dialog: (self.problems.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: host in request.url or self.problems.append(f"called {request.url}"))

    def visit(self, address: str) -> None:
        """Open ``address``, let what is on it act, and look; a page that fails is a problem as well."""
        answer = self.page.goto(address, wait_until="load")
        if answer is None or answer.status >= 500:
            self.problems.append(f"{address} fails")
        self.look()

    def preview(self, attacks: Sequence[str]) -> None:
        """Let the editor on the page show each of ``attacks`` as it would look."""
        for attack in attacks:
            editor = self.page.locator("md-editor").first
            editor.evaluate("(editor, text) => ((editor.area.value = text), editor.preview())", attack)
            self.look()

    def look(self) -> None:
        """Look at the page as it is now."""
        self.pages += 1
        self.problems += [f"{self.page.url}: {one}" for one in self.page.evaluate(LOOK)]


def write(session: Session, attacks: Sequence[str]) -> list[str]:
    """Write each of ``attacks`` wherever somebody can write; returns the addresses of pages that show them.

    They want a reader who holds every role. What rules would refuse is put into the rows: pages must hold anyway.
    """
    admin = person(session, "keeper", Role.ADMIN, staff=True)
    shown = []
    for number, attack in enumerate(attacks):
        if number % EVERY_FEW == 0:
            place = _place(session, number, attack)
        shown += _thread(session, number, attack, place, admin)
        session.commit()
    return [*shown, *_lists(len(attacks))]


def reflecting(attack: str) -> list[str]:
    """Return addresses that bring ``attack`` along, for pages that say what they were asked."""
    names = ("q", "in", "tag", "section", "by", "status", "sort", "since", "title", "next", "tab")
    asked = urlencode(dict.fromkeys(names, attack))
    return [f"{page}?{asked}" for page in ("/search", "/search/links", "/questions/ask", "/sign-in", "/questions")]


def _thread(session: Session, number: int, attack: str, place: Category, admin: Person) -> list[str]:
    asker, other = _somebody(session, f"a{number}", attack), _somebody(session, f"b{number}", attack)
    hosts = [HOSTS[(number + more) % len(HOSTS)].replace("{}", attack) for more in range(4)]
    asked = questions.ask(session, by=asker, title=_title(attack), body=attack, category=place, tags=["attack"])
    given = answers.post(session, question=asked, by=other, body=f"{hosts[0]}\n\n@a{number}")
    comments.post(session, question=asked, by=other, body=hosts[1][:2000])
    comments.post(session, question=asked, answer=given, by=asker, body=f"{hosts[2][:1900]} @keeper")
    notes.write(session, question=asked, by=admin, body=hosts[3][:2000])
    answers.edit(session, answer=given, by=other, body=f"{hosts[0]}\n\nAs I said: {hosts[3]}")
    _opinions(session, number, attack, asked, given.id, admin)
    if number % 3 == 0:
        questions.close(session, question=asked, by=admin, reason=CloseReason.DECLINED, note=attack[:500])
        return [f"/questions/{asked.id}/{asked.slug}", f"/people/a{number}", f"/answers/{given.id}/history"]
    sheet = f"/questions/{asked.id}/answers?quote={given.id}"
    return [f"/questions/{asked.id}/{asked.slug}", sheet, f"/questions/{asked.id}/edit"]


def _opinions(session: Session, number: int, attack: str, asked: Question, answer_id: int, admin: Person) -> None:
    now = clock.now()
    told = {"answer_id": answer_id, "created_at": now}
    session.add_all(
        [
            Rating(person_id=asked.author_id, helpful=False, reason="wrong", note=attack[:300], **told),
            Trial(person_id=admin.id, worked=True, version=attack[:40], **told),
            Handover(
                question_id=asked.id, to_person_id=admin.id, person_id=admin.id, reason=attack[:300], created_at=now
            ),
            Asking(
                id=f"{number:022}",
                at=now,
                person_id=asked.author_id,
                title=attack[:256],
                searched=[attack],
                shown=[],
                opened=[],
                outcome="posted",
                question_id=asked.id,
            ),
            Query(
                id=f"{number:022}",
                at=now - timedelta(minutes=1),
                source="page",
                text=attack,
                normal=attack[:256].lower(),
                hits=0,
                took_ms=1,
            ),
        ]
    )


def _somebody(session: Session, handle: str, attack: str) -> Person:
    made = person(session, handle, Role.EXPERT)  # newcomers may not post as much
    made.name, made.about_md, made.about_html = attack[:80] or "?", attack[:500], render_post(attack[:500]).html
    return made


def _place(session: Session, number: int, attack: str) -> Category:
    made = Category(slug=f"p{number}", name=attack[:80], description=attack[:500], template_md=attack[:500])
    said = {"name": attack[:80], "created_at": clock.now()}
    session.add_all(
        [made, Tag(name=f"t{number}", description=attack[:200], questions_count=1), Group(slug=f"g{number}", **said)]
    )
    session.flush()
    return made


def _lists(count: int) -> list[str]:
    pages = [f"/questions?page={page}" for page in range(1, count // 20 + 1)]
    found = "/search?q=pale&in=questions", "/search/suggest?q=pale", "/search/links?q=pale", "/people/suggest?q=a"
    helping = "/queue", "/queue?tab=mine", "/queue/groups", "/writing/searches", "/inbox", "/drafts"
    places = "/categories", "/tags", "/tags/attack", "/categories/p0", "/questions/ask", "/people", "/", "/tags/t0/edit"
    return [*pages, *found, *helping, *places, "/categories/p0/edit", "/feeds/questions.atom", "/badges"]


def _cookie(site: Site) -> tuple[str, str]:
    with site.app.app_context():
        session = current_session()
        keeper = session.scalars(select(Person).where(Person.handle == "keeper")).one()
        token = sessions.open_session(session, keeper, ip="127.0.0.1", agent="test")
        session.commit()
    client = site.app.test_client()
    with client.session_transaction(base_url=site.url) as held:
        held["_user_id"], held["_fresh"] = token, True
    name = site.app.config["SESSION_COOKIE_NAME"]
    found = client.get_cookie(name, domain="127.0.0.1")
    assert found is not None
    return name, found.value


def _title(attack: str) -> str:
    return f"Pale pages {attack}"[:140]
