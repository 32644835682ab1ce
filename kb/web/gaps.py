"""Parts of a page that belong to one reader: rendered in place, or left open while a page for many is made."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, render_template
from markupsafe import Markup


class Personal(RuntimeError):
    """Something of one reader was asked for while a page for many is made: a mistake of the page, not of the reader."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part to be rendered for each reader, with values that are the same for all of them."""

    template: str
    values: Mapping[str, Any]


Pieces = tuple[bytes | Gap, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of the page being made. Nobody can write the mark into a post: it is new each time, and random."""

    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    left: list[Gap] = field(default_factory=list)

    def leave(self, gap: Gap) -> Markup:
        """Return what stands for ``gap`` until the page is cut."""
        self.left.append(gap)
        return Markup("{}:{};").format(self.mark, len(self.left) - 1)

    def cut(self, page: bytes) -> Pieces:
        """Return a page as what it says to everybody and, between, its gaps."""
        pieces = re.split(f"{self.mark}:([0-9]+);".encode(), page)
        return tuple(self.left[int(piece)] if number % 2 else piece for number, piece in enumerate(pieces))


def personal(template: str, **values: Any) -> Markup:
    """Return a part for the reader at hand; a gap while a page for many is made."""
    gaps: Gaps | None = g.get("gaps")
    if gaps is not None:
        return gaps.leave(Gap(template, values))
    return Markup(render_template(template, **values))  # noqa: S704 - a template escapes what it is given


def filled(pieces: Pieces) -> bytes:
    """Return a cut page with its gaps rendered for the reader at hand."""
    known: dict[int, bytes] = {}  # one gap may stand in many places, as a token does in every form
    context: dict[str, Any] = {}
    current_app.update_template_context(context)
    text = []
    for piece in pieces:
        if isinstance(piece, Gap):
            if id(piece) not in known:
                template = current_app.jinja_env.get_template(piece.template)
                known[id(piece)] = template.render(context, **piece.values).encode()
            text.append(known[id(piece)])
        else:
            text.append(piece)
    return b"".join(text)


def not_for_many(what: str) -> None:
    """Raise Personal when a page for many is being made; called before ``what`` is looked up."""
    if "gaps" in g:
        raise Personal(f"{what} on a page that is made for many readers")
