"""Making an article of a thread: choosing the answers, then taking the file as it is, as a patch or as a branch."""

from email.utils import parseaddr

from flask import Blueprint, Response, current_app, make_response, request
from flask_babel import lazy_gettext
from wtforms import SelectField, StringField

from kb.db import current_session
from kb.errors import DomainError, Invalid, NotFound, Refused
from kb.exchange import article_commits, article_drafts
from kb.exchange.article_commits import Home
from kb.exchange.article_drafts import ArticleDraft
from kb.forum import rules, threads
from kb.forum.models import Question
from kb.forum.shapes import question_address
from kb.publishing.sources import place
from kb.web.forms import Form
from kb.web.limits import limiter
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("drafts", __name__)


class DraftForm(Form):
    """What the article is called and where it is to be; what it is made of is chosen beside each answer."""

    title = StringField(lazy_gettext("Title of the article"))
    folder = SelectField(lazy_gettext("Section"), validate_choice=False)
    answers = StringField(lazy_gettext("What it is made of"))


@bp.get("/questions/<int:question_id>/draft")
@sign_in_first
def drafting(question_id: int) -> Response:
    """The page to make an article on, with what the reader made so far."""
    return _page(_question(question_id))


@bp.post("/questions/<int:question_id>/draft")
@sign_in_first
def draft(question_id: int) -> Response:
    """Make a draft of the chosen answers."""
    question, form = _question(question_id), DraftForm()
    try:
        article_drafts.begin(
            current_session(),
            question=question,
            answer_ids=_numbers(request.form.getlist("answers")),
            title=form.title.data or "",
            folder=form.folder.data or "",
            by=person(),
        )
    except Invalid as error:
        return _page(question, form, error)
    current_session().commit()
    return redirect_to(f"{_here(question)}#draft")


@bp.get("/questions/<int:question_id>/draft/file")
@sign_in_first
def file(question_id: int) -> Response:
    """The draft as a Markdown file to keep."""
    made = _made(_question(question_id))
    return _download(made.text.encode(), "text/markdown; charset=utf-8", made.name)


@bp.get("/questions/<int:question_id>/patch")
@sign_in_first
@limiter.limit("20/minute")
def patch(question_id: int) -> Response:
    """The draft as a mail that ``git am`` takes."""
    made = _made(_question(question_id))
    mail = article_commits.as_patch(made, place.current(), by=person(), home=_home())
    return _download(mail, "text/plain; charset=utf-8", f"{made.name.removesuffix('.md')}.patch")


@bp.post("/questions/<int:question_id>/draft/branch")
@sign_in_first
@limiter.limit("5/minute")
def branch(question_id: int) -> Response:
    """Have the draft pushed to a branch of the articles' repository."""
    question = _question(question_id)
    article_commits.ask_for_branch(current_session(), question=question, by=person(), home=_home())
    current_session().commit()
    return redirect_to(f"{_here(question)}#draft")


def _page(question: Question, form: DraftForm | None = None, error: DomainError | None = None) -> Response:
    session = current_session()
    filled = form or DraftForm(formdata=None, data={"title": question.title})
    status = refuse(filled, error) if error else 200
    made = _made_so_far(question)
    answers = article_drafts.offered(session, question)
    best = made.answer_ids if made else tuple(answer.id for answer in answers[:1])
    chosen = _numbers(request.form.getlist("answers")) if form else best
    if made and not form:
        filled.title.data, filled.folder.data = made.title, made.folder
    filled.folder.choices = article_drafts.folders(session)
    return page(
        "questions/draft.html",
        status,
        form=filled,
        question=question,
        address=question_address(question.id, question.slug),
        answers=answers,
        chosen=frozenset(chosen),
        draft=made,
        takes_branches=place.current().is_git,
        branch=article_commits.branch_of(session, question, person()) if made else None,
    )


def _question(question_id: int) -> Question:
    question = threads.question_for(current_session(), question_id, viewer())
    if not rules.may_make_article(person(), question):
        raise Refused("Only experts and writers can make an article.")
    return question


def _made(question: Question) -> ArticleDraft:
    return article_drafts.draft_of(current_session(), question, person())


def _made_so_far(question: Question) -> ArticleDraft | None:
    try:
        return _made(question)
    except NotFound:
        return None


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


def _home() -> Home:
    settings = current_app.config["SETTINGS"]
    return Home(settings.site_name, parseaddr(settings.letters_from)[1], settings.public_url)


def _here(question: Question) -> str:
    return f"/questions/{question.id}/draft"


def _download(data: bytes, kind: str, name: str) -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
