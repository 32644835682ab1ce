"""What is known of what a person did, in numbers; badges and trust are worked out from them alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merits:
    """Counts of visible posts and of what others said about them."""

    days: int = 0
    """Since they joined."""
    posts: int = 0
    """Questions, answers and comments."""
    days_posted: int = 0
    """Different days, in UTC, on which they posted."""
    taken_away: int = 0
    """Posts that a moderator hid within the last half year."""
    thanked_by: int = 0
    """Different people who found an answer of theirs helpful, or said that it worked."""
    introduced: int = 0
    """1 when they wrote something about themselves."""
    asked_and_answered: int = 0
    """Questions that somebody else answered."""
    too: int = 0
    """Most people who have the problem of one question of theirs."""
    closed_the_loop: int = 0
    """Their questions of which they said which answer of somebody else solved it."""
    solved: int = 0
    """Answers that solved somebody else's question."""
    worked: int = 0
    """How often somebody said that an answer worked for them."""
    best: int = 0
    """Most people who found one answer of theirs helpful."""
    quick: int = 0
    """Solutions given within an hour of the question."""
    rescued: int = 0
    """Solutions to questions that had waited for 30 days."""
    best_tag: int = 0
    """Most solutions under one tag."""
    articles: int = 0
    """Answers that became articles."""
    edits: int = 0
    """Edits of other people's posts."""
    rated: int = 0
    """Answers of others they rated."""
    pointed: int = 0
    """Questions they pointed to the one that was asked before."""
    readers: int = 0
    """How often questions were opened that an answer of theirs helped with."""
