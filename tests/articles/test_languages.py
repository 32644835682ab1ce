"""Which language a file is of, what translations know of each other, and where their addresses lead."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import languages, reading
from kb.articles.addresses import address_of
from kb.articles.models import Article, PublishRun, Section
from kb.articles.trees import Languages, canonical, languages_of
from kb.errors import NotFound
from kb.publishing import drafting, redirects
from kb.publishing.redirects import Moved
from kb.publishing.sources.files import languages_in, read_article, read_section
from kb.publishing.sources.source import SourceFile, open_source
from tests.builders import Cast
from tests.builders_articles import Content

Publish = Callable[..., PublishRun]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("pt-br", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("xx", ""),
        ("deu", ""),
        ("de-", ""),
        ("tools", ""),
        ("", ""),
    ],
)
def test_canonical_knows_languages_and_nothing_else(text: str, tag: str) -> None:
    assert canonical(text) == tag


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (["a/x.md", "a/y.md", "de/a/x.md"], {"de": "de"}),
        (["a/x.md", "pt_br/a/x.md"], {"pt_br": "pt-BR"}),
        (["en/a/x.md", "de/a/x.md"], {"en": "en", "de": "de"}),
        (["x.md", "de/x.md", "de/only-here.md"], {"de": "de"}),
        (["a/x.md", "it/setup.md", "is/setup.md"], {}),  # two sections of one company, not two languages
        (["index.md", "it/index.md", "it/printers.md"], {}),
        (["x.md", "de/x.md", "de/y.md", "de/z.md"], {}),
        (["en/x.md", "a/x.md"], {}),
        (["a/x.md", "tools/a/x.md"], {}),
    ],
)
def test_folder_is_a_language_only_where_it_mirrors_the_originals(paths: list[str], folders: dict[str, str]) -> None:
    assert languages_of(paths).folders == folders


@pytest.mark.parametrize(
    ("paths", "infixes"),
    [
        (["a/x.md", "a/x.de.md"], {"a/x.de.md": "de"}),
        (["a/x.en.md", "a/x.de.md"], {"a/x.en.md": "en", "a/x.de.md": "de"}),
        (["a/x.md", "a/x.en.md"], {}),
        (["a/draw.io.md", "a/node.js.md", "a/what.is.md"], {}),
    ],
)
def test_infix_is_a_language_only_beside_its_original(paths: list[str], infixes: dict[str, str]) -> None:
    assert languages_of(paths).infixes == infixes


def test_section_file_says_what_a_folder_cannot_show() -> None:
    heads = [SourceFile("it/_section.yml", b"lang: it\n"), SourceFile("de/_section.yml", b"title: D\n")]
    assert languages_in(["it/uno.md", "de/eins.md"], heads).folders == {"it": "it"}
    german = languages_in(["a/x.md", "en/a/x.md"], [SourceFile("_section.yml", b"lang: de\n")])
    assert (german.site, german.folders) == ("de", {"en": "en"})
    assert german.locate("a/x.md").lang == "de"
    assert german.locate("a/x.md").mark != Languages().locate("a/x.md").mark


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("de/a/x.md", "", ("de", "de", "a", "a/x.md")),
        ("de/a/x.md", "lang: de-AT", ("de-AT", "de", "a", "a/x.md")),
        ("de/a/x.md", "lang: fr", ("de", "de", "a", "a/x.md")),
        ("a/x.de.md", "", ("de", "de", "a", "a/x.md")),
        ("a/x.md", "lang: fr", ("fr", "fr", "a", "a/x.md")),
        ("fr/a/x.md", "lang: fr", ("fr", "fr", "a", "a/x.md")),
        ("a/x.md", "lang: en-GB", ("en-GB", "", "a", "a/x.md")),
        ("a/x.md", "lang: en-GB\ntranslation_of: b", ("en-GB", "en-GB", "a", "a/x.md")),
        ("a/x.md", "", ("en", "", "a", "a/x.md")),
    ],
)
def test_read_article_tells_its_language(path: str, head: str, expected: tuple[str, ...]) -> None:
    known = Languages(folders={"de": "de"}, infixes={"a/x.de.md": "de"})
    found = read_article(SourceFile(path, f"---\ntitle: T\n{head}\n---\n".encode()), known)
    assert (found.lang, found.tree, found.section, found.page_key) == expected
    assert found.slug == "x"
    contradicts = path.startswith("de/") and "fr" in head
    said = ["lang says fr, but the file's path says de, which counts."] if contradicts else []
    assert [doubt.message for doubt in found.doubts] == said


def test_read_section_belongs_to_the_original_section() -> None:
    known = Languages(folders={"de": "de"})
    found = read_section(SourceFile("de/a/_section.yml", b"title: Anfang\n"), known)
    assert (found.slug, found.title, found.tree, found.is_named) == ("a", "Anfang", "de", True)


@pytest.fixture
def bilingual(content: Content, publish: Publish) -> Content:
    """Publish a section in English with two articles, one of which is there in German and French too."""
    content.write("a/_section.yml", "title: Start\ndescription: Here.\n")
    content.write("a/one.md", "[Two](two.md)\n", order=1)
    content.write("a/two.md", order=2)
    content.write("de/a/_section.yml", "title: Anfang\n")
    content.write("de/a/one.md", "[Zwei](two.md)\n", title="Eins", slug="eins", order=1)
    content.write("a/un.md", title="Un", lang="fr", translation_of="one", order=1)
    publish()
    return content


def test_translations_know_each_other(session: Session, bilingual: Content) -> None:
    shown = reading.article(session, "a", "one", None)
    assert [(one.language.lang, one.language.name, one.address) for one in shown.versions] == [
        ("en", "English", "/articles/a/one"),
        ("de", "Deutsch", "/de/articles/a/eins"),
        ("fr", "Français", "/fr/articles/a/un"),
    ]
    assert reading.article(session, "a", "eins", None, tree="de").versions == shown.versions
    assert reading.article(session, "a", "two", None).versions == ()


def test_versions_hold_only_what_the_reader_may_see(session: Session, bilingual: Content, cast: Cast) -> None:
    session.scalars(select(Article).where(Article.tree == "fr")).one().audience = "members"
    session.flush()
    assert len(reading.article(session, "a", "one", None).versions) == 2
    assert len(reading.article(session, "a", "one", cast.alice).versions) == 3


def test_missing_translation_falls_back_to_the_original(session: Session, bilingual: Content) -> None:
    shown = reading.article(session, "a", "two", None, tree="de")
    assert (shown.title, shown.language.lang, shown.address) == ("Two", "en", "/articles/a/two")
    assert shown.missing and shown.missing.name == "Deutsch"
    assert (shown.shown_at, shown.section) == ("/de/articles/a/two", "Anfang")
    assert shown.previous and shown.previous.title == "Eins"


def test_original_slug_leads_to_the_translation(session: Session, bilingual: Content) -> None:
    assert reading.article(session, "a", "one", None, tree="de").shown_at == "/de/articles/a/eins"


@pytest.mark.parametrize("slug", ["one", "un"])
def test_language_that_nothing_is_written_in_is_not_there(session: Session, bilingual: Content, slug: str) -> None:
    with pytest.raises(NotFound):
        reading.article(session, "a", slug, None, tree="es")
    with pytest.raises(NotFound):
        reading.index(session, None, tree="es")
    with pytest.raises(NotFound):
        reading.article(session, "a", "un", None)


def test_outdated_translation_says_so(session: Session, bilingual: Content, publish: Publish) -> None:
    assert reading.article(session, "a", "eins", None, tree="de").newer_original is None
    with clock.held_at(clock.now() + timedelta(days=3)):
        bilingual.write("a/one.md", "It changed.\n", order=1)
        publish()
    newer = reading.article(session, "a", "eins", None, tree="de").newer_original
    assert newer and newer.address == "/articles/a/one"
    assert reading.article(session, "a", "one", None).newer_original is None


def test_lists_hold_translations_and_the_originals_without_one(session: Session, bilingual: Content) -> None:
    german = reading.section(session, "a", None, tree="de")
    assert (german.title, german.description, german.total) == ("Anfang", "Here.", 2)
    cards = [(card.title, card.address, card.language and card.language.name) for card in german.articles]
    assert cards == [("Eins", "/de/articles/a/eins", None), ("Two", "/de/articles/a/two", "English")]
    english = reading.section(session, "a", None)
    assert [card.title for card in english.articles] == ["One", "Two"]
    assert [address for _, address in english.languages] == ["/articles/a", "/de/articles/a", "/fr/articles/a"]
    [card] = reading.index(session, None, tree="de").sections
    assert (card.title, card.address, card.count) == ("Anfang", "/de/articles/a", 2)


def test_links_beside_a_translation_stay_in_its_language(session: Session, bilingual: Content) -> None:
    html = {row.path: row.html for row in session.scalars(select(Article))}
    assert 'href="/articles/a/two"' in html["a/one.md"]
    assert 'href="/de/articles/a/two"' in html["de/a/one.md"]


def test_translation_that_names_no_original_is_a_finding(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/un.md", lang="fr", translation_of="nobody")
    [draft] = [one for one in drafting.draft(session, open_source(content.folder)).remarks if one.code == "translation"]
    [finding] = [one for one in publish().findings if one.code == "translation"]
    assert (finding.path, finding.severity) == ("a/un.md", "warning")
    assert "nobody" in finding.message == draft.message
    content.write("a/nobody.md")
    assert [one for one in publish().findings if one.code == "translation"] == []


def test_links_of_a_translation_beside_its_original_lead_to_translations(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "[Two](two.md)\n")
    content.write("a/two.md", "[One](one.md)\n")
    content.write("a/one.de.md", "[Zwei](two.md) [English](one.md)\n", slug="eins")
    publish()
    html = dict(iter(session.execute(select(Article.path, Article.html))))
    assert 'href="/articles/a/two"' in html["a/one.de.md"]
    content.write("a/two.de.md", "[Eins](one.md)\n", slug="zwei")
    publish()
    html = dict(iter(session.execute(select(Article.path, Article.html))))
    assert 'href="/de/articles/a/zwei"' in html["a/one.de.md"] and 'href="/articles/a/one"' in html["a/one.de.md"]
    assert 'href="/de/articles/a/eins"' in html["a/two.de.md"]
    assert 'href="/articles/a/two"' in html["a/one.md"]


@pytest.mark.parametrize("name", ["a/one.md", "/articles/a/one", "/articles/a/one/", "a/one", "one", "../a/one.md"])
def test_original_may_be_named_by_path_address_or_slug(
    session: Session, content: Content, publish: Publish, name: str
) -> None:
    content.write("a/one.md")
    content.write("b/uno.md", lang="es", translation_of=name)
    publish()
    assert languages.versions(session, "a/one.md", reading.visible_to(None))[1].address == "/es/articles/b/uno"


def test_translation_moves_with_a_redirect(session: Session, bilingual: Content, publish: Publish) -> None:
    bilingual.write("de/a/one.md", "Anders.\n", title="Eins", slug="erstes")
    publish()
    moved = redirects.find(session, "/de/articles/a/eins", None)
    assert isinstance(moved, Moved) and moved.address == "/de/articles/a/erstes"


def test_folder_that_becomes_a_language_takes_its_articles_along(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("de/x.md", title="X")
    publish()
    assert [row.title for row in session.scalars(select(Section))] == ["De"]
    content.write("x.md", title="X")
    publish()
    row = session.scalars(select(Article).where(Article.path == "de/x.md")).one()
    assert (row.tree, row.page_key, row.section.slug) == ("de", "x.md", "general")
    moved = redirects.find(session, "/articles/de/x", None)
    assert isinstance(moved, Moved) and moved.address == "/de/articles/general/x"


def test_address_of_names_the_language() -> None:
    assert address_of("a", "x") == "/articles/a/x"
    assert address_of("a", "x", "pt-BR") == "/pt-BR/articles/a/x"
    assert (address_of("a", tree="de"), address_of("", tree="de")) == ("/de/articles/a", "/de/articles")


def test_language_knows_names_and_directions() -> None:
    assert languages.language("pt-BR").name == "Português (Brasil)"
    assert (languages.language("ar").name, languages.language("ar").direction) == ("العربية", "rtl")
    assert (languages.language("ae").name, languages.language("ae").direction) == ("ae", "ltr")
