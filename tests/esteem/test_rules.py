"""What earns a badge, and what each step of trust takes and opens."""

from dataclasses import fields, replace

import pytest
from sqlalchemy.orm import Session

from kb.esteem import awarding, badges, cabinet, trust
from kb.esteem.merits import Merits
from tests.builders import Cast

MEASURES = {field.name for field in fields(Merits)}


def test_there_are_twenty_badges_and_more_with_names_and_measures_of_their_own() -> None:
    assert len({badge.name for badge in badges.BADGES}) == len(badges.BADGES) >= 20
    assert len({badge.title for badge in badges.BADGES}) == len(badges.BADGES)
    assert {badge.measure for badge in badges.BADGES} <= MEASURES
    assert len({(badge.measure, badge.least) for badge in badges.BADGES}) == len(badges.BADGES)


@pytest.mark.parametrize("badge", badges.BADGES, ids=lambda badge: badge.name)
def test_badge_is_due_at_its_number_and_not_one_below(badge: badges.BadgeKind) -> None:
    assert badge.name in badges.due(replace(Merits(), **{badge.measure: badge.least}))
    assert badge.name not in badges.due(replace(Merits(), **{badge.measure: badge.least - 1}))


@pytest.mark.parametrize("step", trust.STEPS[1:], ids=lambda step: step.name)
def test_step_is_reached_at_its_numbers_and_not_one_below(step: trust.Step) -> None:
    measures = ("days", "posts", "days_posted", "thanked_by")
    exactly = Merits(**{measure: getattr(step, measure) for measure in measures}, taken_away=step.taken_away or 0)
    assert trust.step_for(exactly) == step.number
    for measure in measures:
        if getattr(step, measure):
            assert trust.step_for(replace(exactly, **{measure: getattr(step, measure) - 1})) < step.number
    assert trust.step_for(replace(exactly, taken_away=(step.taken_away or 0) + 1)) < step.number


def test_may_opens_by_trust_and_all_to_roles_and_staff(session: Session, cast: Cast) -> None:
    every = ({"link", "picture"}, {"link", "picture", "edit"}, set(trust.NEEDED))
    for step, opened in enumerate((set(), *every)):
        cast.bob.trust = step
        assert {ability for ability in trust.NEEDED if trust.may(cast.bob, ability)} == opened
    assert all(trust.may(cast.erin, ability) for ability in trust.NEEDED)
    assert trust.next_step(cast.erin) is None and trust.next_step(cast.alice) is trust.STEPS[1]


def test_award_gives_once_and_takes_back_what_is_no_longer_so(session: Session, cast: Cast) -> None:
    merits = {cast.bob.id: Merits(solved=10, days=1, posts=2), cast.alice.id: Merits()}
    assert awarding.award(session, merits) == {"first-solution": [cast.bob.id], "solver": [cast.bob.id]}
    assert awarding.award(session, merits) == {}
    assert [held.kind.name for held in cabinet.of_person(session, cast.bob.id)] == ["first-solution", "solver"]
    assert cabinet.numbers(session)["solver"] == 1
    merits[cast.bob.id] = replace(merits[cast.bob.id], solved=9, taken_away=2)
    assert [fault.split(": ")[1] for fault in awarding.faults(session, merits)] == [
        "has the badge solver against their merits",
        "trust is 1, their merits make 0",
    ]
    assert awarding.award(session, merits) == {}
    session.expire_all()
    assert [held.kind.name for held in cabinet.of_person(session, cast.bob.id)] == ["first-solution"]
    assert cast.bob.trust == 0
