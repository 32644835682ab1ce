"""Made-up things for the page that shows every component: short ones, long ones, and the awkward ones."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from flask_babel import gettext
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from kb import clock
from kb.forum.models import Status
from kb.forum.shapes import STATUS_WORDS, Place, QuestionRow, Who
from kb.markup.articles import render_article
from kb.search.documents import Hit, Shown
from kb.web.forms import Form

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
RIGHT_TO_LEFT = "كيف أعيد تعيين كلمة المرور الخاصة بي؟"
PROSE = """\
Articles hold **weight**, *stress*, [links](#prose), `code` and footnotes.[^1]

- A list of things
- with another in it
    - like this

- [x] Written
- [ ] Reviewed

> A quotation keeps its distance.

```python
# One worker for each core.
def greet(name: str, times: int = 3) -> str:
    return "hello " + name * times
```

| Setting | Default | Longest |
|---|---|---:|
| `KB_PORT` | 5000 | 65,535 |
| `KB_SITE_NAME` | Sidekick | 60 |

> [!NOTE]
> Something to know.

> [!TIP]
> Something that helps.

> [!WARNING]
> Something that may go wrong.

> [!DANGER]
> Something that cannot be undone.

!!! success "A callout with a title"
    - with a list
    - in it

??? note "Something that unfolds"
    It was here all the time.

=== "Linux"
    ```sh title="install.sh" hl_lines="2" linenums="1"
    python3 -m venv .venv
    .venv/bin/pip install sidekick
    ```

=== "Windows"
    Press ++win+r++ and type `cmd`.

=== "A third system with a long name"
    Parts of which one is open at a time.

Handle
: The short form of a name, used in mentions.

![A lifebuoy](/favicon.svg "The mark, with a caption")

https://vimeo.com/1084537

[^1]: Like this one.
"""


class SampleForm(Form):
    """One field of every kind."""

    title = StringField("Title")
    body = TextAreaField("Details")
    category = SelectField(
        "Category", choices=[SelectChoice("", "Choose a category"), SelectChoice("start", "Getting started")]
    )
    password = PasswordField("Password")
    agree = BooleanField("Write to me when somebody answers")
    reason = RadioField(
        "Why was it not helpful?",
        choices=[SelectChoice("old", "It is out of date"), SelectChoice("hard", "It is hard to follow")],
    )
    refused = StringField("A field with an error")


@dataclass(frozen=True, slots=True)
class Link:
    """An article in a card."""

    title: str
    address: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A section as a card."""

    title: str
    address: str
    icon: str
    description: str
    articles: tuple[Link, ...]
    count: int = 1_240


def everything() -> dict[str, Any]:
    """Return what ``style/index.html`` shows."""
    return {
        "form": _form(),
        "rows": _rows(),
        "hits": _hits(),
        "cards": _cards(),
        "people": (
            ("amal-idrissi", "Amal Idrissi", True, False),
            ("bo", "Bo", False, True),
            ("x", LONG_WORD, False, False),
        ),
        "moment": clock.now() - timedelta(hours=3),
        "prose_html": _prose(),
        "long_word": LONG_WORD,
        "right_to_left": RIGHT_TO_LEFT,
    }


@cache
def _prose() -> str:
    return render_article(PROSE, lambda address: None).html


def _form() -> SampleForm:
    form = SampleForm(title="How do I export my tickets?", body="", refused=" ", formdata=None)
    form.refused.errors = [gettext("Write at least 15 characters, so that others can find it.")]
    return form


def _rows() -> tuple[QuestionRow, ...]:
    now = clock.now()
    first = QuestionRow(
        id=1,
        title="The reset letter never arrives, what can I do?",
        address="/questions",
        status=Status.NEEDS_ANSWER,
        status_words=STATUS_WORDS[Status.NEEDS_ANSWER],
        category=Place("accounts", "Accounts"),
        tags=("password", "e-mail"),
        asker=Who(1, "amal-idrissi", "Amal Idrissi", staff=False, expert=False),
        created_at=now - timedelta(minutes=12),
        active_at=now,
        solved_at=None,
        answers_count=0,
        me_too_count=4,
        extract="I asked for a new password three times since this morning and looked into the spam folder.",
    )
    states = (Status.ANSWERED, Status.SOLVED, Status.CLOSED)
    titles = (f"Is {LONG_WORD} supported?", RIGHT_TO_LEFT, "Can I have it in pink?")
    more = (
        replace(
            first, title=title, status=status, status_words=STATUS_WORDS[status], answers_count=count, me_too_count=0
        )
        for count, (title, status) in enumerate(zip(titles, states, strict=True))
    )
    return (first, *more)


def _hits() -> tuple[Hit, ...]:
    article = Shown(
        "article", 1, "", "/articles", "", "Accounts", "/articles", "published", ("4 min to read",), clock.now()
    )
    question = replace(
        article, kind="question", status="solved", facts=("Solved", "3 answers"), place_address="/questions"
    )
    title, extract = "Set a new <mark>password</mark>", "Choose “<mark>Forgot password</mark>” and open the letter …"
    return tuple(Hit(shown, 1, title, extract, 1.0) for shown in (article, question))


def _cards() -> tuple[Card, ...]:
    links = tuple(
        Link(title, "/articles") for title in ("Search in your own words", "Read a thread", "Follow a question")
    )
    return (
        Card("Finding help", "/articles", "compass", "", links),
        Card("Asking well", "/articles", "ask", "How a question gets a good answer, soon.", ()),
    )
