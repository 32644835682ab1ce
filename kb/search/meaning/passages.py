"""Which texts of a document are made into vectors."""

import numpy as np

from kb.search.documents import Document
from kb.search.meaning.makers import Makers
from kb.search.meaning.packing import Packs, packed

LONGEST_TITLE = 300
LONGEST_TEXT = 1_500
"""Characters: about 250 words. The mean of more says little about any of them."""
MOST_KEYWORDS = 12
TITLE = 0.6
"""How much of the first vector is the title's, where the rest is the text's."""


def packs(document: Document, makers: Makers) -> Packs:
    """Return the packed vectors of its title and of each of its keywords, and of its text below the title.

    A title has the text mixed in where one model makes both: what is near to a query in both is what was looked for
    more often than what is near in either. The text is on its own, too, for those who tell what is only said there.
    """
    title = document.title[:LONGEST_TITLE]
    # Each keyword is what a reader may type, so it is worth a vector of its own: all in one would blur.
    keywords = [one[:LONGEST_TITLE] for one in document.keywords.split(", ") if one][:MOST_KEYWORDS]
    titles = makers.titles.embed([title, *keywords])
    if not document.text:
        return packed(titles), b""
    text = makers.texts.embed([f"{title}\n{document.text[:LONGEST_TEXT]}"])
    if makers.titles is makers.texts:
        mixed = TITLE * titles[0] + (1 - TITLE) * text[0]
        titles[0] = mixed / max(float(np.linalg.norm(mixed)), 1e-9)
    return packed(titles), packed(text)
