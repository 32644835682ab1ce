"""What writers told search, kept by each process for as long as nothing on the site changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from kb.db import site_version
from kb.search import documents, promoting, synonyms
from kb.search.engine import Engine, Key
from kb.search.synonyms import Synonyms


@dataclass(frozen=True, slots=True)
class Told:
    """All of it, as of one version of the site."""

    version: int
    synonyms: Synonyms
    promoted: Mapping[str, tuple[Key, ...]]
    """By search, in the form that kb.search.query.normal gives it."""
    in_languages: frozenset[str]
    """The kinds of which there are documents in more than one language version."""


def told(session: Session, engine: Engine) -> Told:
    """Return what writers told search; reads one number where ``engine``'s site has not changed meanwhile."""
    version, kept = site_version(session), _kept.get(engine)
    if kept is None or kept.version != version:
        kept = _kept[engine] = Told(
            version, synonyms.stored(session), promoting.stored(session), documents.kinds_in_languages(session)
        )
    return kept


_kept: "WeakKeyDictionary[Engine, Told]" = WeakKeyDictionary()
