"""How every letter looks and leaves: the site's name and address, the post, and the key that signs its links."""

from dataclasses import dataclass
from html import escape

from kb.mail import Post


@dataclass(frozen=True, slots=True)
class Stationery:
    """What a letter needs to know of the site. ``base_url`` is the only source of links, never a request's host."""

    post: Post
    base_url: str
    site_name: str
    secret: str

    def link(self, path: str) -> str:
        """Return the full address of ``path``, which starts with a slash."""
        return self.base_url + path

    def message_id(self, name: str) -> str:
        """Return the Message-ID of the letter called ``name``; the same name gives the same id."""
        host = self.base_url.split("://", 1)[1].split("/", 1)[0].rsplit(":", 1)[0]
        return f"<{name}@{host}>"


@dataclass(frozen=True, slots=True)
class Link:
    """One line of a list: words that lead somewhere."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Body:
    """The words of a letter. ``quote`` is somebody else's text; ``footer`` may end with one link."""

    greeting: str
    lead: str
    action: str
    address: str
    quote: str = ""
    links: tuple[Link, ...] = ()
    note: str = ""
    footer: str = ""
    footer_action: str = ""
    footer_address: str = ""


_in_use: Stationery | None = None


def use(post: Post, *, base_url: str, site_name: str, secret: str) -> None:
    """Write letters on this stationery from now on; the last call of a process wins."""
    global _in_use
    _in_use = Stationery(post, base_url.rstrip("/"), site_name, secret)


def current() -> Stationery:
    """Return the stationery in use; raises RuntimeError when the site was not set up with ``use``."""
    if _in_use is None:
        raise RuntimeError("No stationery: create_app calls stationery.use().")
    return _in_use


def plain_name(name: str) -> str:
    """Return ``name`` so that no mail program turns a part of it into a link."""
    return " ".join("".join(" " if c in "./:@\\<>" else c for c in name).split()) or "Somebody"


def as_text(body: Body) -> str:
    """Return the letter for programs that show plain text."""
    quote = "\n".join(f"> {line}" for line in body.quote.splitlines())
    links = "\n\n".join(f"{link.words}\n{link.address}" for link in body.links)
    parts = [body.greeting, body.lead, quote, links, f"{body.action}:\n{body.address}", body.note]
    if body.footer:
        parts.append(f"-- \n{body.footer}")
    if body.footer_action:
        parts.append(f"{body.footer_action}:\n{body.footer_address}")
    return "\n\n".join(part for part in parts if part) + "\n"


def as_html(body: Body) -> str:
    """Return the letter as plain HTML without styles, images or anything else to fetch."""
    quote = "<br>".join(escape(line) for line in body.quote.splitlines())
    links = "".join(f"<li>{_anchor(link.words, link.address)}</li>" for link in body.links)
    parts = [
        f"<p>{escape(body.greeting)}</p>",
        f"<p>{escape(body.lead)}</p>",
        f"<blockquote>{quote}</blockquote>" if quote else "",
        f"<ul>{links}</ul>" if links else "",
        f"<p><strong>{_anchor(body.action, body.address)}</strong></p>",
        f"<p>{escape(body.note)}</p>" if body.note else "",
    ]
    if body.footer:
        stop = f" {_anchor(body.footer_action, body.footer_address)}" if body.footer_action else ""
        parts.append(f"<hr><p><small>{escape(body.footer)}{stop}</small></p>")
    inner = "\n".join(part for part in parts if part)
    start = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head><body style="overflow-wrap: anywhere">'
    return f"{start}\n{inner}\n</body></html>\n"


def _anchor(label: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(label)}</a>'
