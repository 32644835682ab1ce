"""Storing imported questions, answers and comments, some hundred in a transaction, their counters true in each."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, insert, select, update

from kb import clock
from kb.db import touch_site
from kb.exchange import authors
from kb.exchange.drafts import AnswerDraft, Body, CommentDraft, D, Draft, QuestionDraft, cleaned, rendered
from kb.exchange.intake import Intake
from kb.forum import counters, tags, writing
from kb.forum.models import Answer, Category, Comment, Question, QuestionTag, Status, Tag
from kb.forum.rules import EVERYBODYS
from kb.forum.scores import wilson
from kb.forum.standing import THREAD
from kb.markup.plain import shorten
from kb.notices.once import add_once
from kb.search import changes

SPAM = "imported as spam"
_NOT_IN_TAGS = re.compile(r"[^\w.+#-]|_")


def add_questions(intake: Intake, drafts: Iterable[QuestionDraft]) -> None:
    """Store the questions that are not here yet."""
    for batch in rendered(intake, drafts, Question):
        people = authors.ensure(intake, [draft.post.author for draft, _ in batch])
        rows = [_question_row(intake, draft, body, people) for draft, body in batch]
        added = [row[0] for row in add_once(intake.session, Question, rows, [Question.id])]
        intake.added["questions"] += len(added)
        _tag_and_count(intake, added)
        finish(intake, added)


def add_answers(intake: Intake, drafts: Iterable[AnswerDraft]) -> None:
    """Store the answers that are not here yet; one whose question is missing is skipped."""
    for batch in rendered(intake, drafts, Answer):
        questions = intake.ids(Question, {draft.question_key for draft, _ in batch})
        kept = _those_with_parent(
            intake, batch, {draft.post.key: draft.question_key in questions for draft, _ in batch}
        )
        people = authors.ensure(intake, [draft.post.author for draft, _ in kept])
        rows = [_answer_row(intake, draft, body, people, questions[draft.question_key]) for draft, body in kept]
        added = add_once(intake.session, Answer, rows, [Answer.id, Answer.question_id])
        intake.added["answers"] += len(added)
        finish(intake, [question_id for _, question_id in added])


def add_comments(intake: Intake, drafts: Iterable[CommentDraft]) -> None:
    """Store the comments that are not here yet; one whose post is missing is skipped."""
    for batch in rendered(intake, drafts, Comment):
        parents = _parents(intake, {draft.post_key for draft, _ in batch})
        kept = _those_with_parent(intake, batch, {draft.post.key: draft.post_key in parents for draft, _ in batch})
        people = authors.ensure(intake, [draft.post.author for draft, _ in kept])
        rows = [
            {
                **_post_row(intake, draft.post, body, people),
                "question_id": parents[draft.post_key][0],
                "answer_id": parents[draft.post_key][1],
            }
            for draft, body in kept
        ]
        added = add_once(intake.session, Comment, rows, [Comment.id, Comment.question_id])
        intake.added["comments"] += len(added)
        finish(intake, [question_id for _, question_id in added])


def finish(intake: Intake, question_ids: Iterable[int]) -> None:
    """Make the counters of these threads true, have search look at them, and commit."""
    touched = sorted(set(question_ids))
    if touched:
        counters.recount_questions(intake.session, touched)
        changes.note_many(intake.session, THREAD, touched)
        touch_site(intake.session)
    intake.commit()


def tag_names(spelled: Iterable[str]) -> list[str]:
    """Return foreign tags as our rules want them: lower case, only their signs, five at most."""
    names = (_NOT_IN_TAGS.sub("-", tag.strip().lower())[: tags.LONGEST].strip("-.") for tag in spelled)
    return [name for name in dict.fromkeys(names) if any(c.isalnum() for c in name)][: tags.MOST]


def _those_with_parent(intake: Intake, batch: list[tuple[D, Body]], has: dict[str, bool]) -> list[tuple[D, Body]]:
    for draft, _ in batch:
        if not has[draft.post.key]:
            intake.skip(draft.post.place, "what it belongs to is not there")
    return [(draft, body) for draft, body in batch if has[draft.post.key]]


def _parents(intake: Intake, keys: set[str]) -> dict[str, tuple[int, int | None]]:
    """Return the question each post is, or is an answer to, and the answer it is."""
    parents: dict[str, tuple[int, int | None]] = {
        key: (question_id, None) for key, question_id in intake.ids(Question, keys).items()
    }
    answers = intake.ids(Answer, keys)
    found = intake.session.execute(select(Answer.id, Answer.question_id).where(Answer.id.in_(answers.values())))
    questions = dict(found.all())
    return parents | {key: (questions[answer_id], answer_id) for key, answer_id in answers.items()}


def _post_row(intake: Intake, post: Draft, body: Body, people: dict[str, int]) -> dict[str, object]:
    return {
        "body_md": body.markdown,
        "body_html": body.html,
        "author_id": people[post.author.key],
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "origin": intake.origin,
        "origin_id": post.key,
    }


def _question_row(intake: Intake, draft: QuestionDraft, body: Body, people: dict[str, int]) -> dict[str, object]:
    title = shorten(cleaned(draft.title), writing.TITLE_TO) or "Untitled"
    return {
        **_post_row(intake, draft.post, body, people),
        "title": title,
        "slug": writing.slug_of(title),
        "category_id": draft.category_id,
        "status": Status.NEEDS_ANSWER,
        "active_at": draft.post.edited_at or draft.post.created_at,
        "tag_names": tag_names(draft.tags),
        "views": draft.views,
    }


def _answer_row(
    intake: Intake, draft: AnswerDraft, body: Body, people: dict[str, int], question_id: int
) -> dict[str, object]:
    return {
        **_post_row(intake, draft.post, body, people),
        "question_id": question_id,
        "imported_helpful": draft.helpful,
        "imported_not_helpful": draft.not_helpful,
        "helpful_count": draft.helpful,
        "not_helpful_count": draft.not_helpful,
        "score": wilson(draft.helpful, draft.not_helpful),
        "hidden_at": clock.now() if draft.is_spam else None,
        "hidden_why": SPAM if draft.is_spam else None,
    }


def _tag_and_count(intake: Intake, question_ids: Sequence[int]) -> None:
    """Give new questions their category's audience and their tag rows; count them in their tags and categories."""
    if not question_ids:
        return
    session = intake.session
    found = session.execute(
        select(Question.id, Question.category_id, Question.tag_names, Category.audience)
        .join(Category, Category.id == Question.category_id)
        .where(Question.id.in_(question_ids))
    ).all()
    for row in found:
        if row.audience not in EVERYBODYS:
            session.execute(update(Question).where(Question.id == row.id).values(audience=row.audience))
    by_name = Counter(name for row in found if row.audience in EVERYBODYS for name in row.tag_names)
    ids = tags.ensure(session, sorted({name for row in found for name in row.tag_names}))
    links = [{"tag_id": ids[name], "question_id": row.id} for row in found for name in row.tag_names]
    if links:
        session.execute(insert(QuestionTag), links)
    _add(intake, Tag, {ids[name]: number for name, number in by_name.items()})
    _add(intake, Category, Counter(row.category_id for row in found))


def _add(intake: Intake, noun: type[Tag] | type[Category], numbers: dict[int, int]) -> None:
    table = noun.__table__
    if numbers:
        intake.session.connection().execute(
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("key"))
            .values(questions_count=table.c.questions_count + bindparam("number")),
            [{"key": key, "number": number} for key, number in sorted(numbers.items())],
        )
