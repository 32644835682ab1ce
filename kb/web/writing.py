"""What writers see of their work: the state of the site, runs, articles, feedback, previews."""

from flask import Blueprint, Response, g
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.errors import Refused
from kb.people import rules
from kb.publishing import desk, hosting
from kb.publishing.sources import place
from kb.web import writing_articles, writing_preview, writing_runs, writing_searches
from kb.web.render import page
from kb.web.visitor import person, to_sign_in, viewer

bp = Blueprint("writing", __name__)
for part in (writing_runs, writing_articles, writing_preview, writing_searches):
    bp.register_blueprint(part.bp)
bp.add_app_template_test(rules.is_writer, "writer")


@bp.before_request
def _writers_only() -> AnyResponse | None:
    """Let only writers in; a visitor may be one who has not signed in yet."""
    reader = viewer()
    if reader is None:
        return to_sign_in()
    if not rules.is_writer(reader):
        raise Refused("Only writers can see this page.")
    return None


@bp.get("/writing")
def overview() -> Response:
    """Where the site stands, and what there is to do."""
    return page("writing/overview.html", desk=desk.of(current_session(), person()))


@bp.app_template_global()
def on_host(path: str, line: int, sha: str) -> str:
    """Return where a file of a commit is shown on the git host, at ``line`` unless that is 0, "" where nobody knows."""
    return _host().view(path, sha, line)


@bp.app_template_global()
def commit_on_host(sha: str) -> str:
    """Return where a commit is shown on the git host, "" where nobody knows."""
    return _host().commit(sha)


def _host() -> hosting.Host:
    """Return the host of the repository, worked out once a request: a page names it with every finding."""
    if "git_host" not in g:
        g.git_host = hosting.host_of(place.current())
    host: hosting.Host = g.git_host
    return host
