"""A drafted article as a commit: a mail for ``git am``, or a branch of the articles that the worker pushes."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.db import glance
from kb.errors import NotFound, Refused
from kb.exchange.article_drafts import ArticleDraft, draft_of, within
from kb.forum import rules
from kb.forum.models import Question
from kb.forum.solving.models import DraftBranch
from kb.git import committing
from kb.git.committing import Addition, Signature
from kb.git.faults import GitFault
from kb.git.mirror import Mirror
from kb.people.models import Person
from kb.publishing import runs
from kb.publishing.sources import place as places
from kb.publishing.sources.place import Place

LONGEST_NAME = 60
LONGEST_FAULT = 400


@dataclass(frozen=True, slots=True)
class Home:
    """The site as commits name it: what it is called, where its letters come from, and its address."""

    name: str
    email: str
    address: str


def as_patch(draft: ArticleDraft, place: Place, *, by: Person, home: Home) -> bytes:
    """Return ``draft`` as a mail for ``git am`` in the repository of the articles; raises GitFault."""
    return committing.as_patch(_addition(draft, place, by, home))


def branch_of(session: Session, question: Question, by: Person) -> DraftBranch | None:
    """Return what became of the branch that ``by`` asked for, if they did since they made the draft."""
    return session.get(DraftBranch, (question.id, by.id))


def ask_for_branch(session: Session, *, question: Question, by: Person, home: Home) -> DraftBranch:
    """Let the worker push what ``by`` made of ``question`` to a new branch, unless it is under way or there.

    Raises Refused when ``by`` makes no articles or these come from a folder, and NotFound without a draft.
    """
    if not rules.may_make_article(by, question):
        raise Refused("Only experts and writers can make an article.")
    draft = draft_of(session, question, by)
    if not places.current().is_git:
        raise Refused("The articles are in a folder, which has no branches.")
    asked = branch_of(session, question, by)
    if asked is not None and not asked.fault:
        return asked
    if asked is None:
        asked = DraftBranch(question_id=question.id, person_id=by.id)
        session.add(asked)
    asked.asked_at, asked.done_at, asked.fault = clock.now(), None, ""
    stem = draft.name.removesuffix(".md")[:LONGEST_NAME].rstrip("-")
    asked.name = f"articles/{stem}-{question.id}-{asked.asked_at:%Y%m%d-%H%M%S}"
    jobs.later(session, push_asked, question.id, by.id, home.name, home.email, home.address)
    return asked


@jobs.job(lane=runs.LANE)
def push_asked(session: Session, question_id: int, person_id: int, *home: str) -> None:
    """Push the branch that somebody asked for, and keep how that went; ``home`` are the values of a Home.

    It waits its turn among publishes, which read the same copy of the repository.
    """
    with glance(session):
        asked = session.get(DraftBranch, (question_id, person_id))
        if asked is None or asked.done_at is not None:
            return
        name, addition = asked.name, _drafted(session, question_id, person_id, Home(*home))
    fault = _pushed(addition, name) if addition else "The answers that the draft was made of are gone."
    asked = session.get(DraftBranch, (question_id, person_id), populate_existing=True)
    if asked is not None and asked.name == name:
        asked.done_at, asked.fault = clock.now(), fault[:LONGEST_FAULT]


def _drafted(session: Session, question_id: int, person_id: int, home: Home) -> Addition | None:
    by, question = session.get_one(Person, person_id), session.get_one(Question, question_id)
    try:
        return _addition(draft_of(session, question, by), places.current(), by, home)
    except NotFound:
        return None


def _pushed(addition: Addition, branch: str) -> str:
    """Make sure that ``branch`` is there, which a worker that died may have pushed; returns why it cannot be."""
    place = places.current()
    try:
        mirror = place.mirror
        mirror.fetch()
        if not _has(mirror, branch):
            parent = mirror.commit(place.ref).sha
            committing.push(addition, mirror=mirror.folder, parent=parent, address=mirror.address, branch=branch)
    except (GitFault, NotFound) as problem:
        return str(problem)
    return ""


def _has(mirror: Mirror, branch: str) -> bool:
    try:
        mirror.commit(f"refs/heads/{branch}")
    except GitFault:
        return False
    return True


def _addition(draft: ArticleDraft, place: Place, by: Person, home: Home) -> Addition:
    files = {draft.path: draft.text.encode(), **draft.pictures}
    top = place.subdir if place.is_git else ""
    thanks = [f"Credits: {credit.name} <{home.address}/people/{credit.handle}>" for credit in draft.credits]
    lines = [f"Add article: {draft.title}", "", f"Made from {home.address}{draft.question_path}", "", *thanks]
    return Addition(
        files={within(top, path): data for path, data in files.items()},
        message="\n".join(lines) + "\n",
        author=_author(by, home),
        committer=Signature(home.name, home.email),
        at=clock.now(),
    )


def _author(by: Person, home: Home) -> Signature:
    """Return ``by`` as git names them; who has no address here gets one that nobody reads."""
    host = home.email.rpartition("@")[2]
    return Signature(by.name or by.handle, by.email or f"{by.handle}@{host}")
