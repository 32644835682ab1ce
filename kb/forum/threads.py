"""One thread as one reader may see it, in at most nine statements whatever its length."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.forum import rules
from kb.forum.asking.noting import Noted
from kb.forum.finding import answer_for, comment_for, place_of_answer, place_of_comment, question_for
from kb.forum.links import Links, links_of
from kb.forum.models import Question, Status
from kb.forum.queue import desk
from kb.forum.rows import pages_for, reason_of, who_of
from kb.forum.shapes import Place, question_address, words_of
from kb.forum.standing import THREAD
from kb.forum.thread_row import adoption_of, claim_of, closure_of, request_of, row_for
from kb.forum.thread_shapes import Thread
from kb.forum.views import ANSWERS, Solution, answers_of
from kb.people.models import Person
from kb.search import seeing
from kb.search.documents import ARTICLE
from kb.search.engine import Key
from kb.search.related import Alike, among, refs_for

__all__ = ["answer_for", "comment_for", "place_of_answer", "place_of_comment", "question_for", "thread"]

RELATED_ARTICLES, RELATED = 3, 5


def thread(session: Session, question_id: int, viewer: Person | None, *, page: int = 1) -> Thread:
    """Return a question with 25 of its answers, and everything ``viewer`` may do to them.

    Raises NotFound when there is no such question, ``viewer`` may not see it, or the page is past the end; Invalid
    naming page below 1.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    row = row_for(session, question_id, viewer)
    pages = pages_for(row.answers, ANSWERS)
    if page > pages:
        raise NotFound("This thread has %(pages)s pages.", pages=pages)
    question: Question = row.Question
    solution = Solution(row.accepted_id, row.accepted_by or "", row.accepted_at, row.likely_id)
    answers, talk = answers_of(session, question, viewer, solution, page, commented=row.commented)
    links = links_of(session, question_id, viewer) if row.linked else Links()
    helps, claim = rules.helps(viewer, question), claim_of(row, viewer)
    refs = refs_for(session, Key(THREAD, question_id))
    seen = seeing.shown(session, _mentioned(refs, desk.noted_in(row) if helps else None), viewer, brief=True)
    related = among(ARTICLE, refs.get(ARTICLE, ()), seen)[:RELATED_ARTICLES]
    related += among(THREAD, refs.get(THREAD, ()), seen)[:RELATED]
    reasons = rules.close_reasons(viewer, question)
    return Thread(
        id=question.id,
        title=question.title,
        slug=question.slug,
        address=question_address(question.id, question.slug),
        html=question.body_html,
        author=who_of(row),
        category=Place(row.category_slug, row.category_name),
        tags=tuple(question.tag_names),
        status=Status(question.status),
        status_words=words_of(question.status, reason_of(row.reason)),
        created_at=question.created_at,
        edited_at=question.edited_at,
        active_at=question.active_at,
        solved_at=question.solved_at,
        hidden=question.hidden_at is not None,
        hidden_why=question.hidden_why or "",
        revisions=row.revisions,
        audience=question.audience,
        archived_at=question.archived_at,
        answers_count=question.answers_count,
        me_too_count=question.me_too_count,
        talk=talk,
        answers=answers,
        accepted_id=row.accepted_id,
        likely_id=row.likely_id,
        page=page,
        pages=pages,
        closure=closure_of(row),
        duplicate_of=links.duplicate_of,
        first_answers=links.first_answers,
        duplicates=links.duplicates,
        duplicate_votes=row.duplicate_votes,
        continues=links.continues,
        continued_by=links.continued_by,
        merged=links.merged,
        asked_for_details=request_of(row),
        claim=claim,
        adopted=adoption_of(row),
        mine=viewer is not None and viewer.id == question.author_id,
        helps=helps,
        desk=desk.beside(session, row, seen, viewer, claim) if viewer is not None and helps else None,
        follow_level=row.follow_level or "",
        said_me_too=bool(row.said_me_too),
        may_answer=rules.may_answer(viewer, question),
        may_comment=rules.may_comment(viewer, question),
        may_edit=rules.may_edit(viewer, question, question),
        may_me_too=rules.may_me_too(viewer, question),
        may_follow=viewer is not None,
        close_reasons=reasons,
        may_close=bool(reasons),
        may_reopen=rules.may_reopen(viewer, question, row.closed_by_id, row.reason),
        may_mark_duplicate=rules.may_mark_duplicate(viewer, question),
        may_vote_duplicate=rules.may_vote_duplicate(viewer, question),
        may_move_posts=rules.may_move_posts(viewer, question),
        may_make_article=rules.may_make_article(viewer, question),
        may_continue=rules.may_continue(question),
        may_hide=rules.may_hide(viewer, question),
        may_show=rules.may_show(viewer, question),
        related=related,
        answered_elsewhere=_answering(related) if _is_waiting(question, viewer) else (),
    )


def _mentioned(refs: Mapping[str, Sequence[int]], noted: Noted | None) -> set[Key]:
    """Return all that is named beside the thread, so that it is looked up at once."""
    return {Key(kind, ref) for kind, some in refs.items() for ref in some} | {*(noted.shown if noted else ())}


def _is_waiting(question: Question, viewer: Person | None) -> bool:
    """Return whether ``viewer`` is one of those who look for the answer that ``question`` has not got."""
    return question.status == Status.NEEDS_ANSWER and rules.may_mark_duplicate(viewer, question)


def _answering(related: tuple[Alike, ...]) -> tuple[Alike, ...]:
    answered = (Status.SOLVED, Status.LIKELY_SOLVED, Status.ANSWERED)
    return tuple(one for one in related if one.kind == ARTICLE or one.status in answered)
