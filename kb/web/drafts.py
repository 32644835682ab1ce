"""A member's drafts: saved while they write, listed, and thrown away."""

from flask import Blueprint, Response, jsonify, make_response, request

from kb.db import current_session
from kb.errors import Conflict, Invalid
from kb.forum import drafts
from kb.web.errors import sentence
from kb.web.limits import limiter
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first

bp = Blueprint("drafts", __name__)

FIELDS = ("title", "body", "tags", "category", "asking")


@bp.get("/drafts")
@sign_in_first
def listed() -> Response:
    """What the reader began to write."""
    return page("drafts/drafts.html", drafts=drafts.listed(current_session(), person()))


@bp.get("/drafts/saved")
@sign_in_first
def saved() -> Response:
    """The draft of one form, for the script that puts it there."""
    found = drafts.saved(current_session(), by=person(), subject=request.args.get("subject", ""))
    return jsonify(number=found.number, body=found.body)


@bp.post("/drafts")
@sign_in_first
@limiter.limit("60/minute")
def save() -> Response:
    """Save what is being written; a conflict is answered with what another device saved."""
    session, by = current_session(), person()
    subject = request.form.get("subject", "")
    number = request.form.get("number", 0, type=int)
    body = {name: request.form[name] for name in FIELDS if name in request.form}
    try:
        number = drafts.save(session, by=by, subject=subject, body=body, number=number)
    except (Conflict, Invalid) as error:
        found = drafts.saved(session, by=by, subject=subject)
        status = 409 if isinstance(error, Conflict) else 422
        return make_response(jsonify(said=sentence(error), number=found.number, body=found.body), status)
    session.commit()
    return jsonify(number=number)


@bp.post("/drafts/thrown-away")
@sign_in_first
def throw_away() -> Response:
    """Forget one draft."""
    drafts.throw_away(current_session(), by=person(), subject=request.form.get("subject", ""))
    current_session().commit()
    return redirect_to("/drafts")
