"""What people earned, and by which rules: ledgers, badges, trust."""

from flask import Blueprint, Response

from kb.db import current_session
from kb.esteem import badges, cabinet, trust
from kb.forum import ledger, merits
from kb.people import accounts
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.shared import shared_page
from kb.web.visitor import reader, viewer

bp = Blueprint("esteem", __name__)
THEMES = tuple((theme, tuple(badge for badge in badges.BADGES if badge.theme == theme)) for theme in badges.Theme)


@bp.get("/people/<handle>/ledger")
@shared_page
def lines(handle: str) -> Response:
    """What each point of somebody is for."""
    session = current_session()
    shown = accounts.named(session, handle)
    found = ledger.of_person(session, shown, reader(), page=asked_page())
    return page("people/ledger.html", keep=True, shown=shown, ledger=found)


@bp.get("/badges")
@shared_page
def all_badges() -> Response:
    """Every badge, what it is for, and how many people have it."""
    return page("people/badges.html", keep=True, themes=THEMES, numbers=cabinet.numbers(current_session()))


@bp.get("/badges/<name>")
@shared_page
def badge(name: str) -> Response:
    """One badge and who has it."""
    return page("people/badge.html", keep=True, found=cabinet.holders(current_session(), name, page=asked_page()))


@bp.get("/trust")
def steps() -> Response:
    """What each step of trust takes and opens, and where the reader stands."""
    me = viewer()
    mine = merits.for_trust(current_session(), me) if me is not None else None
    return page(
        "people/trust.html",
        keep=True,
        steps=trust.STEPS,
        mine=mine,
        exempt=me is not None and trust.is_exempt(me),
        links=trust.NEWCOMERS_LINKS,
    )
