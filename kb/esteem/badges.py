"""Which badges there are, what each is for in plain words, and who has earned them."""

from dataclasses import dataclass
from enum import StrEnum

from kb.esteem.merits import Merits


class Theme(StrEnum):
    """What a badge thanks for."""

    ANSWERS = "answers"
    QUESTIONS = "questions"
    CARE = "care"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class BadgeKind:
    """One badge: had by everybody whose ``measure`` is ``least`` or more. Title and criterion are msgids."""

    name: str
    title: str
    criterion: str
    theme: Theme
    measure: str
    least: int


_A, _Q, _C, _H = Theme.ANSWERS, Theme.QUESTIONS, Theme.CARE, Theme.HERE
BADGES: tuple[BadgeKind, ...] = (
    BadgeKind("first-thanks", "First thanks", "Somebody found an answer of yours helpful.", _A, "thanked_by", 1),
    BadgeKind("first-solution", "First solution", "An answer of yours solved somebody's question.", _A, "solved", 1),
    BadgeKind("solver", "Solver", "Your answers solved 10 questions of others.", _A, "solved", 10),
    BadgeKind("problem-solver", "Problem solver", "Your answers solved 50 questions of others.", _A, "solved", 50),
    BadgeKind("master-solver", "Master solver", "Your answers solved 250 questions of others.", _A, "solved", 250),
    BadgeKind("helpful", "Helpful", "10 different people found answers of yours helpful.", _A, "thanked_by", 10),
    BadgeKind("dependable", "Dependable", "100 different people found your answers helpful.", _A, "thanked_by", 100),
    BadgeKind("beloved", "Beloved", "500 different people found answers of yours helpful.", _A, "thanked_by", 500),
    BadgeKind("good-answer", "Good answer", "10 people found the same answer of yours helpful.", _A, "best", 10),
    BadgeKind("great-answer", "Great answer", "50 people found the same answer of yours helpful.", _A, "best", 50),
    BadgeKind("it-works", "It works", "People said 10 times that your answer worked for them.", _A, "worked", 10),
    BadgeKind("proven", "Proven", "People said 100 times that your answer worked for them.", _A, "worked", 100),
    BadgeKind("quick", "Quick", "5 questions were solved by answers you gave within an hour.", _A, "quick", 5),
    BadgeKind("rescuer", "Rescuer", "You solved a question that had waited for 30 days.", _A, "rescued", 1),
    BadgeKind("lifeguard", "Lifeguard", "You solved 10 questions that had waited for 30 days.", _A, "rescued", 10),
    BadgeKind("specialist", "Specialist", "Your answers solved 20 questions with the same tag.", _A, "best_tag", 20),
    BadgeKind("author", "Author", "An answer of yours became an article.", _A, "articles", 1),
    BadgeKind("chronicler", "Chronicler", "10 answers of yours became articles.", _A, "articles", 10),
    BadgeKind("well-read", "Well read", "Questions you helped with were opened 1,000 times.", _A, "readers", 1_000),
    BadgeKind("lighthouse", "Lighthouse", "Questions you helped with were opened 25,000 times.", _A, "readers", 25_000),
    BadgeKind("good-start", "Good start", "Somebody answered a question of yours.", _Q, "asked_and_answered", 1),
    BadgeKind("curious", "Curious", "25 questions of yours were answered.", _Q, "asked_and_answered", 25),
    BadgeKind("not-alone", "Not alone", "5 people have the problem you asked about.", _Q, "too", 5),
    BadgeKind("spokesperson", "Spokesperson", "50 people have the problem you asked about.", _Q, "too", 50),
    BadgeKind("closed-the-loop", "Closed the loop", "You said what solved your question.", _Q, "closed_the_loop", 1),
    BadgeKind("reliable", "Reliable", "You said what solved 10 of your questions.", _Q, "closed_the_loop", 10),
    BadgeKind("reviewer", "Reviewer", "You rated 25 answers of others.", _C, "rated", 25),
    BadgeKind("good-judge", "Good judge", "You rated 250 answers of others.", _C, "rated", 250),
    BadgeKind("editor", "Editor", "You improved 10 posts of others.", _C, "edits", 10),
    BadgeKind("copy-editor", "Copy editor", "You improved 100 posts of others.", _C, "edits", 100),
    BadgeKind("signpost", "Signpost", "You led 5 questions to the one asked before.", _C, "pointed", 5),
    BadgeKind("hello", "Hello", "You wrote about yourself in your profile.", _H, "introduced", 1),
    BadgeKind("regular", "Regular", "You posted on 30 different days.", _H, "days_posted", 30),
    BadgeKind("pillar", "Pillar", "You posted on 300 different days.", _H, "days_posted", 300),
)
BY_NAME = {badge.name: badge for badge in BADGES}


def due(merits: Merits) -> frozenset[str]:
    """Return the names of the badges that ``merits`` earn."""
    return frozenset(badge.name for badge in BADGES if getattr(merits, badge.measure) >= badge.least)
