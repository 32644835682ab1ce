"""Finding the question whose address or number somebody typed."""

import re

from kb.db import current_session
from kb.errors import Invalid, NotFound
from kb.forum import threads
from kb.forum.models import Question
from kb.web.visitor import viewer

_ADDRESS = re.compile(r"(?:\S*/questions/|#)?(\d{1,9})(?:[/?#]\S*)?", re.ASCII)


def question_named(text: str, *, field: str) -> Question:
    """Return the question that ``text`` names; raises Invalid naming ``field`` when the reader sees none."""
    named = _ADDRESS.fullmatch(text.strip())
    if named is None:
        raise Invalid(field, "Paste the address of the other question.")
    try:
        return threads.question_for(current_session(), int(named[1]), viewer())
    except NotFound as error:
        raise Invalid(field, "There is no question with this address.") from error
