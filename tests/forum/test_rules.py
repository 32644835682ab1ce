"""Truth tables: who may do what to what."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import rules
from kb.forum.models import Answer, CloseReason, Comment, Question, Status
from kb.people.models import Person
from tests.builders import Cast

WHO = ("alice", "bob", "dora", "erin", "will", "mia", "carl")
"""Alice asks, bob answers, dora is any member, erin an expert, will a writer, mia moderates, carl is signed out."""


class Scene:
    """A question of alice's with an answer and a comment of bob's; nothing of it is stored."""

    def __init__(self, cast: Cast, dora: Person) -> None:
        self.people: dict[str, Person | None] = {
            "alice": cast.alice,
            "bob": cast.bob,
            "dora": dora,
            "erin": cast.erin,
            "will": cast.will,
            "mia": cast.mia,
            "carl": None,
        }
        now = clock.now()
        self.question = Question(
            id=1,
            author_id=cast.alice.id,
            category_id=1,
            audience="public",
            status=Status.ANSWERED,
            answers_count=1,
            created_at=now,
            tag_names=[],
        )
        self.answer = Answer(id=1, question_id=1, author_id=cast.bob.id, created_at=now)
        self.comment = Comment(id=1, question_id=1, author_id=cast.bob.id, created_at=now)


@pytest.fixture
def scene(session: Session, cast: Cast) -> Scene:
    dora = Person(handle="dora", name="Dora", created_at=clock.now() - timedelta(days=30), grants=[])
    session.add(dora)
    session.flush()
    return Scene(cast, dora)


EVERYONE = {*WHO}
MEMBERS = EVERYONE - {"carl"}

OPEN = {
    "may_ask": MEMBERS,
    "may_answer": MEMBERS,
    "may_comment": MEMBERS,
    "may_edit question": {"alice", "erin", "will", "mia"},
    "may_edit answer": {"bob", "erin", "will", "mia"},
    "may_edit comment": {"bob", "mia"},
    "may_rate": MEMBERS - {"bob"},
    "may_accept": {"alice", "erin", "mia"},
    "may_me_too": MEMBERS - {"alice"},
    "may_close": {"alice", "erin", "mia"},
    "may_reopen": set(),
    "may_mark_duplicate": {"erin", "mia"},
    "may_hide question": {"mia"},
    "may_hide answer": {"bob", "mia"},
    "may_hide accepted": {"mia"},
    "may_hide comment": {"bob", "mia"},
    "may_show": set(),
    "may_see": EVERYONE,
}
CLOSED = OPEN | {
    "may_answer": set(),
    "may_comment": set(),
    "may_edit question": {"mia"},
    "may_edit answer": {"mia"},
    "may_edit comment": {"mia"},
    "may_accept": set(),
    "may_close": set(),
    "may_reopen": {"erin", "mia"},
}
HIDDEN = CLOSED | {
    "may_rate": set(),
    "may_me_too": set(),
    "may_reopen": set(),
    "may_mark_duplicate": set(),
    "may_hide question": set(),
    "may_show": {"mia"},
    "may_see": {"mia"},
}


def verdicts(scene: Scene, person: Person | None) -> dict[str, bool]:
    """Ask every rule about ``person``."""
    question, answer, comment = scene.question, scene.answer, scene.comment
    return {
        "may_ask": rules.may_ask(person),
        "may_answer": rules.may_answer(person, question),
        "may_comment": rules.may_comment(person, question, answer),
        "may_edit question": rules.may_edit(person, question, question),
        "may_edit answer": rules.may_edit(person, answer, question),
        "may_edit comment": rules.may_edit(person, comment, question),
        "may_rate": rules.may_rate(person, answer, question),
        "may_accept": rules.may_accept(person, question),
        "may_me_too": rules.may_me_too(person, question),
        "may_close": bool(rules.close_reasons(person, question)),
        "may_reopen": rules.may_reopen(person, question, None),
        "may_mark_duplicate": rules.may_mark_duplicate(person, question),
        "may_hide question": rules.may_hide(person, question),
        "may_hide answer": rules.may_hide(person, answer),
        "may_hide accepted": rules.may_hide(person, answer, accepted=True),
        "may_hide comment": rules.may_hide(person, comment),
        "may_show": rules.may_show(person, question),
        "may_see": rules.may_see(person, answer, question),
    }


def allowed(scene: Scene) -> dict[str, set[str]]:
    """Return for each rule the people it lets."""
    table: dict[str, set[str]] = {}
    for name, person in scene.people.items():
        for rule, verdict in verdicts(scene, person).items():
            table.setdefault(rule, set()).update({name} if verdict else ())
    return table


def test_rules_of_an_open_question(scene: Scene) -> None:
    assert allowed(scene) == OPEN


def test_rules_of_a_closed_question(scene: Scene) -> None:
    scene.question.status = Status.CLOSED
    assert allowed(scene) == CLOSED


def test_rules_of_a_hidden_question(scene: Scene) -> None:
    scene.question.hidden_at = clock.now()
    assert allowed(scene) == HIDDEN


def test_rules_of_a_hidden_answer(scene: Scene) -> None:
    scene.answer.hidden_at = clock.now()
    table = allowed(scene)
    assert table["may_edit answer"] == {"mia"}
    assert table["may_see"] == {"mia"}
    for rule in ("may_rate", "may_comment", "may_hide answer"):
        assert table[rule] == set(), rule


def test_askers_may_withdraw_only_a_question_nobody_answered(scene: Scene) -> None:
    scene.question.answers_count = 0
    assert rules.may_hide(scene.people["alice"], scene.question)
    assert not rules.may_hide(scene.people["bob"], scene.question)


def test_askers_may_close_only_as_solved_elsewhere(scene: Scene) -> None:
    assert rules.close_reasons(scene.people["alice"], scene.question) == (CloseReason.SOLVED_ELSEWHERE,)
    assert CloseReason.NOT_SUPPORTED in rules.close_reasons(scene.people["erin"], scene.question)
    assert CloseReason.IMPORTED not in rules.close_reasons(scene.people["mia"], scene.question)


def test_askers_may_reopen_only_what_they_closed(scene: Scene) -> None:
    scene.question.status = Status.CLOSED
    alice, mia = scene.people["alice"], scene.people["mia"]
    assert alice is not None and mia is not None
    assert rules.may_reopen(alice, scene.question, alice.id)
    assert not rules.may_reopen(alice, scene.question, mia.id)
