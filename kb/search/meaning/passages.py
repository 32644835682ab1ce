"""Which texts of a document are made into vectors."""

from kb.search.documents import Document
from kb.search.meaning.makers import Makers
from kb.search.meaning.packing import Packs, packed

LONGEST_TITLE = 300
LONGEST_TEXT = 1_500
"""Characters: about 250 words. The mean of more says little about any of them."""
MOST_KEYWORDS = 12


def packs(document: Document, makers: Makers) -> Packs:
    """Return the packed vectors of its title and of each of its keywords, and of its text below the title."""
    title = document.title[:LONGEST_TITLE]
    # Each keyword is what a reader may type, so it is worth a vector of its own: all in one would blur.
    keywords = [one[:LONGEST_TITLE] for one in document.keywords.split(", ") if one][:MOST_KEYWORDS]
    text = f"{title}\n{document.text[:LONGEST_TEXT]}" if document.text else ""
    return packed(makers.titles.embed([title, *keywords])), packed(makers.texts.embed([text]))
