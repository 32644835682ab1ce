"""A site with something to find."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kb.search import asking
from kb.search.engine import Engine
from tests.search.builders import Pile, article, question


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the site, in place of an empty one."""
    return asking.engine_of(app.extensions)


@pytest.fixture
def found(piles: tuple[Pile, Pile], session: Session, engine: Engine) -> tuple[Pile, Pile]:
    """An article about passwords for all and one for members, and 25 questions about them."""
    articles, questions = piles
    articles.put(
        article(1, "Reset your password", "Open the sign-in page. " * 40 + "Choose <b>Forgot</b> password & wait."),
        article(2, "Members only", "Passwords for members.", audience="members"),
    )
    questions.put(*(question(n, f"Password trouble {n}", tags=("sso",), status="solved") for n in range(1, 26)))
    asking.rebuild(session, engine)
    return piles
