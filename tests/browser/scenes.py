"""A community in which every page of the forum has something on it."""

from kb import clock
from kb.db import current_session
from kb.exchange import article_drafts, demo
from kb.forum import drafts, duplicates, ratings
from kb.forum.models import Answer, Question, RatingReason
from kb.forum.queue import claims, details, groups, handing, notes
from kb.forum.solving import trials
from kb.forum.solving.models import Adoption
from kb.people.models import Person, Role
from tests.browser.people import joined
from tests.builders_forum import answer, comment, question


def play() -> dict[str, str]:
    """Play it on an empty site that shows the shipped articles; returns addresses by what is there."""
    session = current_session()
    demo.fill(session)
    mel, ada, sam, kim = joined("Mel"), joined("Ada", Role.ADMIN), joined("Sam"), joined("Kim")
    busiest = session.query(Question).order_by(Question.answers_count.desc(), Question.id).first()
    assert busiest is not None
    helped, likely = _helped(mel, ada), _probably_solved(mel, ada, (sam, kim))
    quiet = question(session, by=mel, title="Why was my invoice late last year?")
    quiet.archived_at = clock.now()
    again = question(session, by=sam, title="My pages are pale once more")
    duplicates.mark(session, question=again, original=likely.question, by=ada)
    drafts.save(session, by=ada, subject="/questions/ask", body={"title": "How many?", "body": "I count"}, number=0)
    session.commit()
    return {
        "thread": f"/questions/{busiest.id}/{busiest.slug}",
        "helped": f"/questions/{helped.id}",
        "likely": f"/questions/{likely.question_id}",
        "answer": f"/answers/{likely.id}",
        "poor": f"/answers/{likely.id + 1}",
        "quiet": f"/questions/{quiet.id}",
        "again": f"/questions/{again.id}",
    }


def _helped(mel: Person, ada: Person) -> Question:
    """A question that is taken, was handed over, has a note, and of which details were asked."""
    session = current_session()
    asked = question(session, by=mel, title="Why does the printer hum all night?")
    group = groups.create(session, by=ada, name="Printing")
    groups.join(session, group=group, by=ada, handle=ada.handle)
    handing.hand_over(session, question=asked, by=ada, to=f"group:{group.id}", reason="They know this printer.")
    claims.take(session, question=asked, by=ada)
    details.ask(session, question=asked, by=ada, body="Which printer is it?")
    notes.write(session, question=asked, by=ada, body="Perhaps the *fan*.")
    return asked


def _probably_solved(mel: Person, ada: Person, others: tuple[Person, Person]) -> Answer:
    """An answer that worked for two, of which there is an article and a draft of another; one below it is folded."""
    session = current_session()
    asked = question(session, by=mel, title="Why are my pages so pale?")
    given = answer(session, question=asked, by=ada, body="Clean the *drum*.\n\n> As they say\n\n    sudo make me")
    poor = answer(session, question=asked, by=others[0], body="Buy another printer.")
    comment(session, question=asked, by=others[0], answer=given, body="It did it for me.")
    for person in others:
        trials.say(session, answer=given, by=person, worked=True, version="4.2")
    for person in (mel, ada, others[1]):
        ratings.rate(session, answer=poor, by=person, helpful=False, reason=RatingReason.WRONG)
    ratings.rate(session, answer=given, by=others[1], helpful=False, reason=RatingReason.UNCLEAR)
    session.add(
        Adoption(
            question_id=asked.id,
            answer_id=given.id,
            title="Publish",
            address="/articles/writing/publish",
            made_at=clock.now(),
            live_at=clock.now(),
        )
    )
    article_drafts.begin(
        session, question=asked, answer_ids=[given.id], title="Mend pale pages", folder="writing", by=ada
    )
    return given
