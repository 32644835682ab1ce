"""For machines: is this process alive, and is the site ready to answer?"""

import sqlite3
from dataclasses import asdict

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kb.db import current_session, db, journal_mode
from kb.search import asking
from kb.search.engine import NoIndex
from kb.search.reconciling import lag
from kb.web.limits import limiter

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@limiter.exempt
def alive() -> Response:
    """Answer 200 as long as the process answers at all; looks at nothing else."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@limiter.exempt
def ready() -> tuple[Response, int]:
    """Answer 200 when the database answers and has its tables; says which journal and which index are in use,
    and how far the index is behind the database.

    A missing index is no reason to turn readers away: titles are searched in the database until it is back.
    """
    search = asking.engine_state(current_app.extensions)
    report: dict[str, object] = {"search": search}
    try:
        db.session.execute(text("SELECT value FROM site_version WHERE id = 1"))
        search["lag"] = _lag()
        report["database"] = db.engine.dialect.name
        if db.engine.dialect.name == "sqlite":
            report["sqlite"] = {"version": sqlite3.sqlite_version, "journal_mode": journal_mode()}
    except SQLAlchemyError as problem:
        return jsonify({**report, "ready": False, "database": type(problem).__name__}), 503
    return jsonify({**report, "ready": True}), 200


def _lag() -> dict[str, float] | None:
    try:
        return asdict(lag(current_session(), asking.engine_of(current_app.extensions)))
    except NoIndex:
        return None
