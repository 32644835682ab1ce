"""Every kind of notice: what the inbox says of it, the letter that carries it, and how that is chosen and stopped."""

from dataclasses import dataclass

_FOLLOWED = "You get this letter because you follow this question."
_WATCHED = "You get this letter because you follow its category, one of its tags, or who asked."


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``%(who)s`` stands for who did it and ``%(title)s`` for the notice's title; all texts are msgids."""

    name: str
    icon: str
    inbox: str
    """The first words of its line in the inbox."""
    choice: str = ""
    """What the settings call its letters."""
    about: str = ""
    """What a page or a link that stops its letters calls them: "letters about …"."""
    subject: str = ""
    """Of its letter; "" for a kind that stays in the inbox."""
    lead: str = ""
    action: str = ""
    because: str = ""
    for_writers: bool = False
    """Whether only writers are offered its letters."""

    @property
    def has_letters(self) -> bool:
        """Whether it goes by letter."""
        return bool(self.subject)


_EVERY = (
    Kind(
        name="answer",
        icon="comment",
        inbox="%(who)s answered",
        choice="Answers to questions I follow",
        about="answers",
        subject="%(who)s answered: %(title)s",
        lead="%(who)s answered “%(title)s”.",
        action="Read the answer",
        because=_FOLLOWED,
    ),
    Kind(
        name="comment",
        icon="comment",
        inbox="%(who)s commented",
        choice="Comments on questions I follow",
        about="comments",
        subject="%(who)s commented: %(title)s",
        lead="%(who)s commented on “%(title)s”.",
        action="Read the comment",
        because=_FOLLOWED,
    ),
    Kind(
        name="acceptance",
        icon="solved",
        inbox="%(who)s accepted an answer",
        choice="Accepted answers",
        about="accepted answers",
        subject="Accepted: %(title)s",
        lead="%(who)s accepted an answer to “%(title)s”.",
        action="See the accepted answer",
        because=_FOLLOWED,
    ),
    Kind(
        name="mention",
        icon="person",
        inbox="%(who)s mentioned you",
        choice="When somebody mentions me",
        about="mentions of you",
        subject="%(who)s mentioned you: %(title)s",
        lead="%(who)s mentioned you in “%(title)s”.",
        action="Read what was said",
        because="You get this letter because you were mentioned.",
    ),
    Kind(
        name="question",
        icon="ask",
        inbox="%(who)s asked",
        choice="New questions in categories and tags I follow",
        about="new questions",
        subject="%(who)s asked: %(title)s",
        lead="%(who)s asked “%(title)s”.",
        action="Read the question",
        because=_WATCHED,
    ),
    Kind(
        name="person",
        icon="person",
        inbox="%(who)s, whom you follow, answered",
        choice="What people I follow answer",
        about="people you follow",
        subject="%(who)s answered: %(title)s",
        lead="%(who)s answered “%(title)s”.",
        action="Read the answer",
        because="You get this letter because you follow who answered.",
    ),
    Kind(
        name="likely",
        icon="solved",
        inbox="Did this solve your question?",
        choice="When an answer to my question works for others",
        about="answers that work for others",
        subject="Did this solve it? %(title)s",
        lead="An answer to your question “%(title)s” worked for others. Did it solve it for you too?",
        action="Say yes or no",
        because="You get this letter, once for a question, because you asked it.",
    ),
    Kind(
        name="reopened",
        icon="me-too",
        inbox="%(who)s says that it still happens",
        choice="When something that was solved still happens",
        about="solutions that fail",
        subject="Still happening: %(title)s",
        lead="%(who)s says that “%(title)s” still happens. The answer is not accepted any more.",
        action="Read the question",
        because="You get this letter because you follow this question, or wrote the answer.",
    ),
    Kind(
        name="outdated",
        icon="warning",
        inbox="An answer is out of date",
        choice="When an answer that I can mend is out of date",
        about="answers that are out of date",
        subject="Out of date: %(title)s",
        lead="An answer to “%(title)s” is out of date. Editing it takes the warning away.",
        action="Read the answer",
        because="You get this letter because you wrote the answer, or help where it is.",
    ),
    Kind(
        name="edit",
        icon="pencil",
        inbox="%(who)s edited what you wrote",
        choice="When somebody edits what I wrote",
        about="edits of what you wrote",
        subject="Edited: %(title)s",
        lead="%(who)s edited what you wrote in “%(title)s”. Its history says what changed.",
        action="Read it",
        because="You get this letter because you wrote it.",
    ),
    Kind(
        name="moved",
        icon="arrow",
        inbox="%(who)s moved what you follow or wrote",
        choice="When what I follow or wrote is moved to another question",
        about="posts that were moved",
        subject="Moved: %(title)s",
        lead="What you follow or wrote is now part of “%(title)s”. %(who)s moved it there.",
        action="Read on",
        because="You get this letter because you followed the question, or wrote something in it.",
    ),
    Kind(
        name="details",
        icon="help",
        inbox="Your question needs details",
        choice="When my question needs details",
        about="details that are missing",
        subject="Details needed: %(title)s",
        lead="Somebody wants to help with “%(title)s” and needs to know more. Reply in a comment, or edit it.",
        action="Read what is asked",
        because="You get this letter because you asked the question.",
    ),
    Kind(
        name="overdue",
        icon="closed",
        inbox="Closed: nobody heard from you",
        choice="When my question is closed because I did not reply",
        about="questions closed for want of a reply",
        subject="Closed: %(title)s",
        lead="“%(title)s” was closed: details were asked for two weeks ago. You can open it again and reply.",
        action="Open your question",
        because="You get this letter because you asked the question.",
    ),
    Kind(
        name="handover",
        icon="person",
        inbox="%(who)s handed a question to you",
        choice="Questions handed over to me",
        about="questions handed over to you",
        subject="For you: %(title)s",
        lead="%(who)s thinks that you can answer “%(title)s”.",
        action="Read the question",
        because="You get this letter because the question was handed to you, or to a group you are in.",
    ),
    Kind(
        name="adopted",
        icon="book",
        inbox="Your answer became an article",
        choice="When an answer of mine becomes an article",
        about="articles made of your answers",
        subject="Your answer became an article: %(title)s",
        lead="What you answered is now part of the article “%(title)s”, which names you. Thank you.",
        action="Read the article",
        because="You get this letter because you wrote the answer.",
    ),
    Kind(
        name="rating",
        icon="thumb-down",
        inbox="Why your answer did not help somebody",
    ),
    Kind(
        name="badge",
        icon="star",
        inbox="You have a new badge",
    ),
    Kind(
        name="article",
        icon="book",
        inbox="New or changed articles",
        choice="New and changed articles in sections I follow",
        about="articles in sections you follow",
        subject="%(title)s",
        lead="%(title)s.",
        action="Read it",
        because="You get this letter because you follow this section.",
    ),
    Kind(
        name="digest",
        icon="inbox",
        inbox="",
        choice="Once a day: what I chose to hear of daily",
        about="what happened that day",
        subject="%(title)s",
        lead="This is what happened in what you follow once a day.",
        action="Open your inbox",
        because="You get this letter, once a day at most, because you follow something daily.",
    ),
    Kind(
        name="publish",
        icon="warning",
        inbox="Publishing found a fault",
        choice="When a file of mine could not be published",
        about="publishing",
        subject="%(title)s",
        lead="%(title)s. The site goes on showing what was there before; everything else of the same commit is live.",
        action="See the whole report",
        because="You get this letter because you wrote the commit, or own an article that it changed.",
        for_writers=True,
    ),
    Kind(
        name="review",
        icon="book",
        inbox="Articles of yours",
        choice="Once a week: my articles that are due for another look",
        about="articles to read again",
        subject="%(title)s",
        lead="%(title)s. Read each from beginning to end, correct it, and set its “reviewed” to the day you did.",
        action="See them all",
        because="You get this letter, once a week at most, because these articles name you as their owner.",
        for_writers=True,
    ),
)
KINDS = {kind.name: kind for kind in _EVERY}
WITH_LETTERS = tuple(kind.name for kind in _EVERY if kind.has_letters)
"""Names of the kinds that go by letter, as the settings list them."""
