"""Pictures, mentions and quotations, as a browser sees them."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.uploads import pictures
from kb.uploads.models import Upload
from tests.builders import Cast
from tests.builders_forum import answer, question
from tests.pages import counted_statements, page, post
from tests.uploads.drawn import SECRET, picture

SignedIn = Callable[[Person], FlaskClient]


def sent(client: FlaskClient, address: str, data: bytes, token_from: str, **more: str) -> tuple[int, str]:
    """Send a picture by the form on the page ``token_from``; ``more`` are headers."""
    token = page(client, token_from).select_one("main input[name=csrf_token]")
    assert token is not None
    form = {"csrf_token": str(token["value"]), "picture": (BytesIO(data), "holiday.png"), "alt": "A [red] half"}
    answered = client.post(address, data=form, headers={name.replace("_", "-"): said for name, said in more.items()})
    return answered.status_code, answered.text


def test_picture_is_added_shown_alone_and_put_into_a_post(
    signed_in: SignedIn, session: Session, cast: Cast, client: FlaskClient
) -> None:
    erin = signed_in(cast.erin)
    status, address = sent(erin, "/uploads", picture("JPEG"), "/uploads/new", X_Fragment="1")
    assert status == 201
    assert client.get(address).status_code == 404, "nobody else sees it before it is posted"
    shown = erin.get(address)
    assert shown.mimetype == "image/jpeg" and SECRET not in shown.data
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["Cache-Control"] == "private, no-cache"
    assert erin.get(address, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    assert Image.open(BytesIO(shown.data)).size == (40, 30)
    status, text = sent(erin, "/uploads", picture(size=(3000, 3)), "/uploads/new")
    assert status == 201 and 'value="![A (red) half](/uploads/' in text
    made = post(
        erin, "/preview", {"body": f"![Red]({address}) ![Far](https://x.example/a.png)"}, form_at="/uploads/new"
    )
    assert f'src="{address}"' in made.text and 'width="40" height="30"' in made.text and made.text.count("<img") == 1
    assert erin.get(f"{address}x").status_code == 404


def test_picture_is_refused_with_a_sentence(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    erin, bob = signed_in(cast.erin), signed_in(cast.bob)
    status, text = sent(erin, "/uploads", b"<svg/>", "/uploads/new", X_Fragment="1")
    assert (status, text) == (422, "This is no picture that can be shown here. Use PNG, JPEG, WebP or GIF.")
    status, text = sent(erin, "/uploads", b"GIF", "/uploads/new")
    assert status == 422 and "Use PNG, JPEG, WebP or GIF." in text
    status, text = sent(erin, "/uploads", picture() + b"x" * pictures.MOST_BYTES, "/uploads/new")
    assert status == 422 and "at most 8 MB" in text
    assert sent(erin, "/uploads", b"x" * (9 << 20), "/uploads/new")[0] == 413
    status, text = sent(bob, "/uploads", picture(), "/settings/photo", X_Fragment="1")
    assert status == 403 and text.startswith("Newcomers cannot post pictures yet.")
    assert session.scalars(select(Upload)).all() == []


def test_photo_is_set_shown_and_removed(signed_in: SignedIn, session: Session, cast: Cast, client: FlaskClient) -> None:
    bob = signed_in(cast.bob)
    assert sent(bob, "/settings/photo", picture("WEBP"), "/settings/photo")[0] == 303
    session.refresh(cast.bob)
    kept = session.scalars(select(Upload)).one()
    assert (kept.name, kept.width, kept.height, kept.purpose) == (cast.bob.photo, 256, 256, "photo")
    assert page(bob, "/people/bob").select_one(f'main img.avatar[src="/uploads/{kept.name}"]')
    assert client.get(f"/uploads/{kept.name}").headers["Cache-Control"] == "private, max-age=86400"
    assert sent(bob, "/settings/photo", b"no", "/settings/photo")[0] == 422
    assert sent(bob, "/settings/photo/removal", b"", "/settings/photo")[0] == 303
    session.refresh(cast.bob)
    assert cast.bob.photo == "" and session.scalars(select(Upload)).all() == []


def test_suggest_names_people_by_handle_or_name(client: FlaskClient, session: Session, cast: Cast) -> None:
    cast.will.name, cast.mia.reputation = "Ärlo Bobson", 5
    cast.mia.name = "Bo Derek"
    session.commit()

    def found(text: str) -> list[str]:
        got = client.get("/people/suggest", query_string={"q": text})
        assert got.status_code == 200
        return [part.split('"')[0] for part in got.text.split('data-handle="')[1:]]

    with counted_statements() as statements:
        assert found("bo") == ["mia", "bob"]
    assert len(statements) <= 2
    assert found("ERI") == ["erin"] and found("bo d") == ["mia"]
    assert found("%") == found("_") == found("") == found("b%") == found("x" * 50) == []


def test_quote_begins_an_answer_with_what_is_quoted(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    cast.erin.name = "Erin [x](/y)"
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.erin)
    other = answer(session, question=question(session, by=cast.bob, title="Another question?"), by=cast.erin)
    given.body_md = "First\n\n> second"
    session.commit()
    bob = signed_in(cast.bob)
    thread = page(bob, f"/questions/{asked.id}/{asked.slug}")
    links = [str(link["href"]) for link in thread.select("quote-link a")]
    assert links == [f"/questions/{asked.id}/answers?quote={named}" for named in ("question", given.id)]

    def begun(address: str) -> str:
        area = page(bob, address).select_one("textarea")
        assert area is not None
        return area.text.strip()

    assert begun(links[1]) == f"> First\n>\n> > second\n>\n> – [Erin \\[x\\](/y)](/answers/{given.id})"
    assert begun(links[0]).endswith(f"> – [Alice](/questions/{asked.id}/{asked.slug})")
    for wrong in ("x", "²", "9" * 30):
        assert begun(f"/questions/{asked.id}/answers?quote={wrong}") == ""
    assert bob.get(f"/questions/{asked.id}/answers?quote=99999").status_code == 404
    assert begun(f"/questions/{asked.id}/answers?quote={other.id}") == ""


@pytest.mark.parametrize("address", ["/uploads/new", "/settings/photo"])
def test_visitor_signs_in_first(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/sign-in?")
