"""How far people are trusted by what they did: four steps, what each needs, and what each opens."""

from dataclasses import dataclass

from kb.esteem.merits import Merits
from kb.people.models import Person


@dataclass(frozen=True, slots=True)
class Step:
    """One step and what it takes to stand on it; ``name`` is a msgid."""

    number: int
    name: str
    days: int = 0
    posts: int = 0
    days_posted: int = 0
    thanked_by: int = 0
    taken_away: int | None = None
    """Most posts that moderators may have hidden within half a year; None: any number."""
    opens: tuple[str, ...] = ()
    """Abilities, as ``may`` asks for them."""


STEPS = (
    Step(0, "Newcomer"),
    Step(1, "Known", days=1, posts=2, taken_away=1, opens=("link", "picture")),
    Step(2, "Trusted", days=14, posts=10, days_posted=5, thanked_by=3, taken_away=1, opens=("edit",)),
    Step(3, "Experienced", days=60, posts=40, days_posted=20, thanked_by=15, taken_away=0, opens=("duplicate",)),
)
NEWCOMERS_LINKS = 2
"""Links that a post may hold without the ability ``link``."""
NEEDED = {ability: step.number for step in STEPS for ability in step.opens}
"""The step from which on each ability is open."""
_MEASURES = ("days", "posts", "days_posted", "thanked_by")


def may(person: Person, ability: str) -> bool:
    """Whether ``person`` may do what trust opens: ``link``, ``picture``, ``edit`` (others' posts) or ``duplicate``.

    Who holds any role, or is of the company, may do all of it.
    """
    return is_exempt(person) or person.trust >= NEEDED[ability]


def is_exempt(person: Person) -> bool:
    """Whether ``person`` holds a role or is of the company, to whom everything is open that trust opens to others."""
    return bool(person.grants) or person.is_staff


def next_step(person: Person) -> Step | None:
    """Return what ``person`` can reach next; None on the last step, and for those to whom all is open."""
    return None if is_exempt(person) or person.trust == STEPS[-1].number else STEPS[person.trust + 1]


def step_for(merits: Merits) -> int:
    """Return the number of the highest step of which everything is met, and of all below it."""
    reached = 0
    for step in STEPS[1:]:
        if not meets(step, merits):
            break
        reached = step.number
    return reached


def meets(step: Step, merits: Merits) -> bool:
    """Whether ``merits`` are enough for ``step``."""
    enough = all(getattr(merits, measure) >= getattr(step, measure) for measure in _MEASURES)
    return enough and (step.taken_away is None or merits.taken_away <= step.taken_away)
