"""The page of results."""

from flask import Blueprint, Response, request

from kb.articles import popular
from kb.articles.shapes import ArticleCard
from kb.db import current_session
from kb.search import asking
from kb.search.documents import Results
from kb.web import search_choices, search_links, search_reader, search_typing
from kb.web.limits import limiter
from kb.web.render import page
from kb.web.visitor import viewer

bp = Blueprint("search", __name__)
for part in (search_typing, search_links):
    bp.register_blueprint(part.bp)


@bp.get("/search")
@limiter.limit("2/second;30/minute", exempt_when=search_reader.needs_no_limit)
def results() -> Response:
    """Show one page of what was asked for, with ways to narrow it; an empty question shows how to ask."""
    found = _found()
    groups = search_choices.groups(found)
    return page(
        "search/results.html",
        found=found,
        asked=request.args.get("q", "").strip(),
        kinds=search_choices.kinds(found),
        groups=groups,
        chosen=search_choices.chosen(groups),
        orders=search_choices.orders(found),
        popular=_popular(found),
    )


def _found() -> Results:
    args = request.args
    return asking.ask(
        current_session(),
        args.get("q", ""),
        viewer(),
        engine=search_reader.engine(),
        within=args.get("in", "all"),
        section=args.get("section", ""),
        tag=args.get("tag", ""),
        status=args.get("status", ""),
        by=args.get("by", ""),
        since=since if (since := args.get("since", "")) in search_choices.AGES else "",
        exact=args.get("exact") == "1",
        sort=args.get("sort", ""),
        page=args.get("page", 1, type=int),
        languages=search_reader.languages(),
        visit=search_reader.visit(),
    )


def _popular(found: Results) -> tuple[ArticleCard, ...]:
    """Return what others read, for those who found nothing."""
    return () if found.hits else popular.most_read(current_session(), viewer())
