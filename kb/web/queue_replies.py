"""Canned replies, filled in for one question."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, current_app

from kb.articles import canned
from kb.db import current_session
from kb.errors import Refused
from kb.forum import rules, threads
from kb.forum.models import Question
from kb.forum.shapes import question_address
from kb.markup.plain import as_markdown
from kb.people.models import Person
from kb.web.render import page, wants_fragment
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("replies", __name__)

_BLANK = re.compile(r"\{(asker|title|me|site)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A reply as it would be posted."""

    id: int
    title: str
    summary: str
    text: str


@bp.get("/questions/<int:question_id>/replies")
@sign_in_first
def listing(question_id: int) -> Response:
    """The replies there are, each to be looked over and posted; to a script, what it may put into a text."""
    question = threads.question_for(current_session(), question_id, viewer())
    if not rules.helps(person(), question):
        raise Refused("Canned replies are for those who help here.")
    replies = tuple(
        Filled(reply.id, reply.title, reply.summary, _filled(reply.markdown, question, person()))
        for reply in canned.replies(current_session(), person())
    )
    template = "queue/_reply_options.html" if wants_fragment() else "queue/replies.html"
    address = question_address(question.id, question.slug)
    return page(template, replies=replies, question=question, address=address)


def _filled(markdown: str, question: Question, by: Person) -> str:
    """Return a reply with names and title in it, so written that Markdown takes them for words and nothing else."""
    words = {
        "asker": question.author.name,
        "title": question.title,
        "me": by.name,
        "site": current_app.config["SETTINGS"].site_name,
    }
    return _BLANK.sub(lambda blank: as_markdown(words[blank[1]]), markdown).strip()
