"""That readers find our own articles by the words they would use."""

from flask import Flask
from sqlalchemy.orm import Session

from kb.publishing import publishing
from kb.publishing.sources.source import open_source
from kb.search import asking
from kb.search.meaning.fused import Fused
from kb.search.meaning.keeping import keep
from kb.settings import PROJECT
from tests.search.phrasings import phrasings

CONTENT = PROJECT / "content"


def test_ask_finds_the_article_that_helps_by_readers_words(app: Flask, session: Session) -> None:
    publishing.publish(session, open_source(CONTENT))
    session.commit()
    engine = asking.engine_of(app.extensions)
    assert isinstance(engine, Fused)
    asking.rebuild(session, engine)
    while keep(session, engine.vectors.makers):
        session.commit()
    engine.vectors.look()

    places, missed = [], []
    for said, article in phrasings():
        hits = asking.ask(session, said, None, engine=engine).hits
        place = next((hit.position for hit in hits if hit.shown.address == f"/articles/{article}"), 0)
        places.append(place)
        if not 0 < place <= 5:
            missed.append(f"{said} → {article}: {place or 'not'} among {[hit.shown.address for hit in hits]}")
    first, soon = (sum(0 < place <= most for place in places) / len(places) for most in (1, 5))
    assert len(places) >= 60
    assert first >= 0.66, f"R@1 {first:.3f}"
    assert soon >= 0.92, "\n".join([f"R@5 {soon:.3f}", *missed])


def test_phrasings_name_articles_there_are() -> None:
    missing = [article for _, article in phrasings() if not (CONTENT / f"{article}.md").exists()]
    assert not missing
