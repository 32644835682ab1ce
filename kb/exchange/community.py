"""Importing a community archive: a file of JSON lines, one question with its answers a line, gzipped or not."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.exchange import outcomes, threads
from kb.exchange.community_reading import Archive
from kb.exchange.intake import LONGEST_ORIGIN, Intake, Summary, Watch
from kb.forum import categories, counters, worth
from kb.forum.models import Category, Question
from kb.forum.writing import slug_of

GENERAL = "general"


def import_archive(session: Session, *, file: Path, commit: Callable[[], None], watch: Watch) -> Summary:
    """Bring the questions and answers of an archive here, with authors, counts of votes, acceptances and duplicates.

    A category of the same name is used, or made. Answers marked as spam are hidden. Commits as ``Intake`` says; a
    second run adds nothing. Raises Invalid when there is no such file, or not one question of it is here afterwards.
    """
    if not file.is_file():
        raise Invalid("file", "There is no file %(file)s.", file=str(file))
    stem = file.name.removesuffix(".gz").removesuffix(".jsonl")
    intake = Intake(session=session, commit=commit, origin=f"community:{stem}"[:LONGEST_ORIGIN], watch=watch)
    archive = Archive(file, intake.skip)
    watch.step("questions")
    threads.add_questions(intake, archive.questions(_Categories(intake)))
    if not session.scalar(select(exists().where(Question.origin == intake.origin))):
        raise Invalid("file", "Not one question in %(file)s can be read.", file=str(file))
    watch.step("answers")
    threads.add_answers(intake, archive.answers())
    watch.step("accepted answers")
    outcomes.accept(intake, archive.accepted())
    watch.step("duplicates")
    outcomes.link(intake, archive.repeats())
    counters.recount_places(session)
    worth.recount(session)
    commit()
    return intake.summary()


class _Categories:
    """Finds categories by the name an archive gives them, and makes those there are not."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._ids: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        slug = slug_of(name or GENERAL)[:70]
        if slug not in self._ids:
            self._ids[slug] = self._find(slug)
        return self._ids[slug]

    def _find(self, slug: str) -> int:
        session = self._intake.session
        category = session.scalar(select(Category).where(Category.slug == slug))
        if category is None:
            shown = slug.replace("-", " ").capitalize()
            category = categories.create(session, name=shown, origin=self._intake.origin)
        self._intake.commit()
        return category.id
