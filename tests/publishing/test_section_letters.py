"""Who follows a section hears what a publish run brought to it, as far as they may read it."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import PublishRun, Section
from kb.mail import MemoryPost
from kb.notices import follows
from kb.notices.models import Notice
from kb.publishing import section_letters
from tests import builders
from tests.builders import Cast
from tests.builders_articles import Content
from tests.notices.test_letters import work

Publish = Callable[..., PublishRun]


def test_followers_hear_of_what_is_new_and_changed(
    session: Session, cast: Cast, content: Content, publish: Publish, letters: MemoryPost
) -> None:
    content.write("money/one.md", "One.\n")
    content.write("other/two.md", "Two.\n")
    publish()
    section = session.scalars(select(Section).where(Section.slug == "money")).one()
    stan = builders.person(session, "stan", staff=True)
    for person in (cast.alice, stan):
        person.password_hash = "not a hash"
        follows.follow(session, person=person, subject_kind="section", subject_id=section.id)
    content.write("money/one.md", "One, better.\n")
    content.write("money/three.md", "Three.\n", audience="staff")
    content.write("other/two.md", "Two, better.\n")
    run = publish()
    assert [section_letters.tell(session, run) for _ in range(2)] == [2, 0]
    told = {row.person_id: (row.title, row.address) for row in session.scalars(select(Notice))}
    assert told == {
        cast.alice.id: ("One", "/articles/money/one"),
        stan.id: ("2 articles in Money are new or changed", "/articles/money"),
    }
    work(session)
    assert sorted(mail.subject for mail in letters.sent) == ["2 articles in Money are new or changed", "One"]
    letters.sent.clear()
    content.write("other/two.md", "Two, once more.\n")
    assert section_letters.tell(session, publish()) == 0
