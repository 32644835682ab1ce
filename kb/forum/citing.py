"""Which articles of this site an answer links to."""

import re

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.forum.models import Answer
from kb.forum.solving.models import Citation
from kb.notices.once import add_once
from kb.people import stationery

MOST = 50
_LINK = re.compile(r'href="([^"#?]{1,400})')
_ARTICLE = re.compile(r"(?:/[A-Za-z-]{2,15})?/articles/[^/]+/[^/]+")


def keep(session: Session, answer: Answer) -> None:
    """Write down which articles ``answer`` links to, at most 50, in place of those it linked to before."""
    cited = _cited(answer.body_html)
    said = set(session.scalars(select(Citation.address).where(Citation.answer_id == answer.id)))
    if gone := said - cited:
        session.execute(delete(Citation).where(Citation.answer_id == answer.id, Citation.address.in_(gone)))
    new = [{"answer_id": answer.id, "address": address} for address in sorted(cited - said)]
    add_once(session, Citation, new, [Citation.answer_id])


def _cited(html: str) -> set[str]:
    """Return the addresses of articles that ``html`` links to, by path or with this site's own name in front."""
    here = stationery.current().base_url
    paths = (link.removeprefix(here).rstrip("/") for link in _LINK.findall(html))
    return set([path for path in paths if _ARTICLE.fullmatch(path)][:MOST])
