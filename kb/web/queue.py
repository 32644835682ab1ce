"""The queue of those who help; what they do with a question, groups and canned replies are next door."""

from flask import Blueprint, Response, request

from kb.db import current_session
from kb.forum import listing as lists
from kb.forum import rules
from kb.forum.queue import groups, listing
from kb.web import queue_acts, queue_groups, queue_replies
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.visitor import person, sign_in_first

bp = Blueprint("queue", __name__)
for part in (queue_acts, queue_groups, queue_replies):
    bp.register_blueprint(part.bp)
bp.add_app_template_test(rules.helps_somewhere, "helping")


@bp.get("/queue")
@sign_in_first
def show() -> Response:
    """One list of what waits (``?tab=``), of a category or a tag alone (``?category=``, ``?tag=``)."""
    session, by = current_session(), person()
    queue = listing.listing(
        session,
        by,
        tab=request.args.get("tab", listing.NEEDS_ANSWER),
        category=request.args.get("category", ""),
        tag=request.args.get("tag", "").strip().lower(),
        page=asked_page(),
    )
    return page(
        "queue/queue.html",
        queue=queue,
        me=by.id,
        most=listing.MOST_COUNTED,
        categories=lists.categories(session, by),
        may_keep_groups=groups.may_keep(by),
    )
