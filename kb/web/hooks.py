"""The doorbell that a git host rings after a push: it says nothing but that there is something to look at."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

from flask import Blueprint, Response, current_app, request

from kb.db import current_session
from kb.publishing import runs
from kb.publishing.sources import place
from kb.web.limits import limiter
from kb.web.render import csrf

bp = Blueprint("hooks", __name__)

LARGEST = 1024 * 1024
OFTEN_ENOUGH = "600/minute"
SIGNATURES = {"X-Hub-Signature-256": "sha256=", "X-Gitea-Signature": "", "X-Forgejo-Signature": ""}
"""Headers that hold the HMAC-SHA256 of the body in hexadecimal digits, and what stands before them."""
EVENTS = ("X-GitHub-Event", "X-Gitea-Event", "X-Forgejo-Event", "X-Gitlab-Event")
PUSHES = frozenset({"push", "push hook", "tag push hook"})


@bp.post("/hooks/content")
@csrf.exempt  # type: ignore[untyped-decorator]
@limiter.limit(OFTEN_ENOUGH)
def content() -> Response:
    """Have the content published soon, if whoever calls knows the secret and the push is to what is published."""
    secret = current_app.config["SETTINGS"].hook_secret
    if secret is None:
        return _answer(503, "This site has no KB_HOOK_SECRET.")
    body = _body()
    if body is None:
        return _answer(413, "The body is larger than 1 MB.")
    if not _is_signed(body, secret):
        return _answer(403, "The signature is not right.")
    try:
        if not _is_for_us(_payload(body)):
            return _answer(204)
    except (ValueError, RecursionError):
        return _answer(400, "The body is no JSON object.")
    runs.request(current_session(), cause="hook")
    current_session().commit()
    return _answer(202, "It will be published in a moment.")


def _body() -> bytes | None:
    """Return what was sent, None for more than 1 MB; no more than that is read, also of what does not say its size."""
    if (request.content_length or 0) > LARGEST:
        return None
    request.max_content_length = LARGEST + 1
    body = request.get_data()
    return body if len(body) <= LARGEST else None


def _answer(status: int, sentence: str = "") -> Response:
    """Answer a machine; what was not read of a body is not worth keeping the connection for."""
    answer = Response(f"{sentence}\n" if sentence else b"", status, mimetype="text/plain")
    if status == 413:
        answer.headers["Connection"] = "close"
    return answer


def _is_signed(body: bytes, secret: str) -> bool:
    """Whether any of the hosts' headers proves that the sender knows the secret; each is compared in constant time."""
    key = secret.encode()
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    proofs = [(request.headers.get(name), before + digest) for name, before in SIGNATURES.items()]
    proofs.append((request.headers.get("X-Gitlab-Token"), secret))
    return any(given is not None and hmac.compare_digest(given.encode(), wanted.encode()) for given, wanted in proofs)


def _payload(body: bytes) -> dict[str, Any]:
    """Return what was sent, as JSON or as the form that GitHub can send too; raises ValueError."""
    text = body.decode("utf-8")
    if request.mimetype == "application/x-www-form-urlencoded":
        text = parse_qs(text, max_num_fields=10).get("payload", [""])[0]
    payload = json.loads(text)
    if not isinstance(payload, dict):
        raise ValueError("no object")
    return payload


def _is_for_us(payload: dict[str, Any]) -> bool:
    """Whether it is a push to the branch or tag that is published; a commit that is named for good never moves."""
    event = next((request.headers[name] for name in EVENTS if name in request.headers), "push")
    pushed = payload.get("ref")
    if event.lower() not in PUSHES or not isinstance(pushed, str):
        return False
    wanted = place.current().ref
    if wanted:
        return pushed in (wanted, f"refs/heads/{wanted}", f"refs/tags/{wanted}")
    return pushed == f"refs/heads/{_default_branch(payload)}" if _default_branch(payload) else True


def _default_branch(payload: dict[str, Any]) -> str:
    """Return what the host says its default branch is; "" when it does not."""
    for name in ("repository", "project"):
        about = payload.get(name)
        if isinstance(about, dict) and isinstance(about.get("default_branch"), str):
            return str(about["default_branch"])
    return ""
