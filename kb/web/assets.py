"""The style sheet and the script every page loads: many small files, served as one of each."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request

from kb.settings import PROJECT
from kb.web import avatars
from kb.web.limits import limiter

bp = Blueprint("assets", __name__)
bp.add_app_template_filter(avatars.hue)
bp.add_app_template_filter(avatars.initials)

STATIC = PROJECT / "static"
LAYERS = ("reset", "base", "prose", "components", "areas", "utilities")
"""Folders of ``static/css``; a later layer wins over an earlier one whatever the selectors."""
FOR_GOOD = "public, max-age=31536000, immutable"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SYMBOL = re.compile(r'<symbol id="([a-z-]+)"')
_INDENT = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Asset:
    """One served file: ``digest`` names its content in its address."""

    digest: str
    mime: str
    body: bytes
    packed: bytes


@bp.get("/assets/<name>.<digest>.<ext>")
@limiter.exempt
def asset_file(name: str, digest: str, ext: str) -> Response:
    """Answer with a bundle, for good under its own digest; under another one (an older page's) only for now."""
    found = _assets().get(f"{name}.{ext}")
    if found is None:
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(found.packed if packed else found.body, mimetype=found.mime)
    response.headers["Cache-Control"] = FOR_GOOD if digest == found.digest else "no-cache"
    response.vary.add("Accept-Encoding")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


@bp.app_template_global()
def asset(name: str) -> str:
    """Return the address of the bundle ``name``, such as ``site.css``; raises KeyError when there is none."""
    stem, _, ext = name.rpartition(".")
    return f"/assets/{stem}.{_assets()[name].digest}.{ext}"


@bp.app_template_global()
@cache
def icon_names() -> frozenset[str]:
    """Return the names of all icons that were drawn."""
    return frozenset(_SYMBOL.findall((STATIC / "img" / "icons.svg").read_text("utf-8")))


def _assets() -> dict[str, Asset]:
    """Return all bundles; a site under development reads its files anew each time."""
    return _build() if current_app.debug else _built()


@cache
def _built() -> dict[str, Asset]:
    return _build()


def _build() -> dict[str, Asset]:
    return {
        "site.css": _asset(style_sheet(STATIC / "css"), "text/css"),
        "site.js": _asset(script(STATIC / "js"), "text/javascript"),
        "theme.js": _asset((STATIC / "theme.js").read_text("utf-8"), "text/javascript"),
        "icons.svg": _asset((STATIC / "img" / "icons.svg").read_text("utf-8"), "image/svg+xml"),
    }


def style_sheet(folder: Path) -> str:
    """Return every sheet under ``folder``, each in the cascade layer that its folder names, without comments."""
    sheets = [f"@layer {', '.join(LAYERS)};"]
    for layer in LAYERS:
        rules = "\n".join(file.read_text("utf-8") for file in sorted((folder / layer).glob("*.css")))
        sheets.append(f"@layer {layer} {{\n{rules}\n}}")
    return _INDENT.sub("\n", _COMMENT.sub("", "\n".join(sheets)))


def script(folder: Path) -> str:
    """Return every script in ``folder`` as one module; a block around each keeps its names to itself."""
    return "\n".join(f"{{\n{file.read_text('utf-8')}}}" for file in sorted(folder.glob("*.js")))


def _asset(text: str, mime: str) -> Asset:
    body = text.encode()
    return Asset(hashlib.sha256(body).hexdigest()[:12], mime, body, gzip.compress(body, 9, mtime=0))
