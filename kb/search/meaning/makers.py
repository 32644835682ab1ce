"""Which models make the vectors of a site: one for what is short, one for what is long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.search.meaning import embedding, strong
from kb.search.meaning.embedding import Floats


@dataclass(frozen=True, slots=True)
class Maker:
    """A model that makes vectors; those of two models cannot be compared."""

    model: str
    dimensions: int
    embed: Callable[[Sequence[str]], Floats]
    """Return one row of length 1 for each text, of zeros where the model knows nothing of it."""
    load: Callable[[], object]
    """Have what it needs in memory, which takes a moment the first time; raises OSError where that is missing."""


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes which vectors."""

    titles: Maker
    """Of titles, and of keywords."""
    texts: Maker

    @property
    def model(self) -> str:
        """What is kept beside the vectors: others are made when it changes."""
        return " + ".join(dict.fromkeys((self.titles.model, self.texts.model)))


WORDS = Maker(embedding.MODEL, embedding.DIMENSIONS, embedding.embed, embedding.load)
SENTENCES = Maker(strong.MODEL, strong.DIMENSIONS, strong.embed, strong.load)
PLAIN = Makers(WORDS, WORDS)
STRONG = Makers(SENTENCES, WORDS)
"""Reading whole texts with the larger model would take hours, and find hardly more."""
BY_SETTING = {"on": PLAIN, "strong": STRONG}
