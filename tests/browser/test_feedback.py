"""What a reader had searched for goes along when they say that an article did not help."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from kb.articles.models import ArticleFeedback
from kb.db import current_session
from tests.browser.conftest import Site
from tests.browser.test_walk import eventually_found


def test_no_is_kept_with_the_search_that_led_to_the_article(visit: Callable[..., Page], site: Site) -> None:
    reader = visit(phone=True)
    eventually_found(reader, "/search?q=reset+password+for+ann%40example.com&in=articles", "Reset")
    reader.get_by_role("main").get_by_role("link", name="password").first.click()
    reader.get_by_role("button", name="No").click()
    reader.get_by_label("It is out of date").check()
    reader.get_by_role("button", name="Send").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Thank you")
    with site.app.app_context():
        [kept] = current_session().scalars(select(ArticleFeedback))
        assert (kept.search, kept.reason, kept.helpful) == ("reset password for [e-mail]", "outdated", False)
