"""Importing a Stack Exchange dump: a folder of XML files, of which only Posts.xml must be there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.exchange import authors, outcomes, threads
from kb.exchange.intake import LONGEST_ORIGIN, Intake, Summary, Watch, batches
from kb.exchange.outcomes import Accepted, Counts
from kb.exchange.stackexchange_reading import Dump
from kb.forum import categories, counters, worth
from kb.forum.models import Category, Question


def import_site(session: Session, *, folder: Path, commit: Callable[[], None], watch: Watch) -> Summary:
    """Bring the questions, answers and comments of a dump here, with their authors, votes and outcomes.

    Authors cannot sign in until they claim their account; votes that name no voter become counts. Commits as
    ``Intake`` says; a second run adds nothing, and what the dump says of acceptances, closings and links holds again.
    Raises Invalid when there is no Posts.xml, or not one question of it is here afterwards.
    """
    if not (folder / "Posts.xml").is_file():
        raise Invalid("folder", "There is no Posts.xml in %(folder)s.", folder=str(folder))
    name = folder.resolve().name.removesuffix(".stackexchange.com")
    intake = Intake(session=session, commit=commit, origin=f"stackexchange:{name}"[:LONGEST_ORIGIN], watch=watch)
    dump = Dump(folder, intake.skip)
    _threads(intake, dump, name)
    if not session.scalar(select(exists().where(Question.origin == intake.origin))):
        raise Invalid("folder", "Not one question in %(file)s can be read.", file=str(folder / "Posts.xml"))
    _outcomes(intake, dump)
    counters.recount_places(session)
    worth.recount(session)
    commit()
    return intake.summary()


def _threads(intake: Intake, dump: Dump, name: str) -> None:
    intake.watch.step("people")
    for some in batches(dump.people()):
        authors.ensure(intake, some)
        intake.watch.advance(len(some))
        intake.commit()
    intake.watch.step("questions")
    threads.add_questions(intake, dump.questions(_category(intake, name)))
    intake.watch.step("answers")
    threads.add_answers(intake, dump.answers())
    intake.watch.step("comments")
    threads.add_comments(intake, dump.comments())


def _category(intake: Intake, name: str) -> int:
    """Return the category of the site, made on the first run."""
    category = intake.session.scalar(select(Category).where(Category.origin == intake.origin))
    if category is None:
        shown = name.replace(".", " ").replace("-", " ").strip().capitalize()[:80] or "Imported"
        category = categories.create(intake.session, name=shown, origin=intake.origin)
    intake.commit()
    return category.id


def _outcomes(intake: Intake, dump: Dump) -> None:
    intake.watch.step("votes")
    accepted_at = _votes(intake, dump)
    intake.watch.step("accepted answers")
    outcomes.accept(intake, _dated(dump.accepted(), accepted_at))
    intake.watch.step("duplicates and closed questions")
    outcomes.link(intake, dump.repeats())
    outcomes.close(intake, dump.closed())


def _votes(intake: Intake, dump: Dump) -> dict[str, datetime]:
    """Store the votes, and return when each answer was accepted. Unnamed votes are added up by post in memory."""
    accepted_at: dict[str, datetime] = {}
    unnamed: Counts = {}
    for some in batches(dump.votes()):
        accepted_at.update((vote.post_key, vote.at) for vote in some if vote.kind is None)
        opinions = [vote for vote in some if vote.kind is not None]
        named = [vote for vote in opinions if vote.voter_key]
        outcomes.tally(unnamed, [vote for vote in opinions if not vote.voter_key])
        if named:
            outcomes.rate(intake, named, unnamed)
        intake.watch.advance(len(some))
    outcomes.count_votes(intake, unnamed)
    return accepted_at


def _dated(found: Iterator[Accepted], accepted_at: dict[str, datetime]) -> Iterator[Accepted]:
    for one in found:
        yield replace(one, at=accepted_at.get(one.answer_key))
